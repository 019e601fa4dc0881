package org.tune4j.engine.adapt;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.checkpoint.JsonFile;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.checkpoint.TensorFile;
import org.tune4j.engine.checkpoint.TensorInfo;
import org.tune4j.engine.checkpoint.TensorToWrite;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BaseSample;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.StoredTensors;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * PEFT's two files of an adapter: {@code adapter_config.json} and {@code adapter_model.safetensors}
 * (PEFT 0.21). Reading is strict: every tensor of the adapter must be there, and no other.
 */
public final class PeftFiles {
  /** What PEFT puts before the path of a module of the base model. */
  public static final String PREFIX = "base_model.model.";

  private static final String CONFIG = "adapter_config.json";
  private static final String WEIGHTS = "adapter_model.safetensors";
  private static final int MOST_MEBIBYTES_OF_CONFIG = 16;
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private PeftFiles() {}

  /** Whether a folder is an adapter's. */
  public static boolean isAdapter(Path folder) {
    return Files.isRegularFile(folder.resolve(CONFIG));
  }

  /** Reads an adapter's configuration. */
  public static ObjectNode readConfig(Path folder) {
    return JsonFile.read(folder.resolve(CONFIG), MOST_MEBIBYTES_OF_CONFIG);
  }

  /** Writes both files, and what the base is known by again. */
  public static void write(
      NewFolder folder,
      Map<String, Object> config,
      Adapter adapter,
      CausalLm base,
      TrainableTensors trainables)
      throws IOException {
    try (TensorScope work = TensorScope.open()) {
      List<TensorToWrite> tensors = new ArrayList<>();
      parts(adapter, base.architecture())
          .forEach(
              (name, part) ->
                  tensors.add(
                      StoredTensors.toWrite(
                          name, part.tensor(work, adapter, trainables), part.shape())));
      writeWeights(folder, tensors);
      writeConfig(folder, config);
    }
    if (base.sample().isPresent()) {
      base.sample().get().writeTo(folder);
    }
  }

  /**
   * Writes an adapter's configuration: its keys sorted, as PEFT does, and maps within it in their
   * own order, since of patterns the first that matches holds.
   */
  public static void writeConfig(NewFolder folder, Map<String, Object> config) throws IOException {
    folder.write(CONFIG, JSON.writeValueAsBytes(new TreeMap<>(config)));
  }

  /** Writes {@code adapter_model.safetensors}. */
  public static void writeWeights(NewFolder folder, List<TensorToWrite> tensors)
      throws IOException {
    folder.write(WEIGHTS, Map.of("format", "pt"), tensors);
  }

  /** Opens {@code adapter_model.safetensors}. */
  public static SafetensorsFile open(Path folder) {
    return SafetensorsFile.open(folder.resolve(WEIGHTS));
  }

  /**
   * Compares a base with what an adapter's folder has noted of its own, if it has.
   *
   * @throws ModelFormatException if it is another, naming both and the first tensor that differs
   */
  public static void checkBase(Path folder, CausalLm base) {
    Optional<BaseSample> made = BaseSample.read(folder);
    if (made.isPresent() && base.sample().isPresent()) {
      made.get()
          .firstDifference(base.sample().get())
          .ifPresent(
              difference -> {
                throw new ModelFormatException(
                    "%s: the adapter was made %s; the first tensor of the base that differs is %s"
                        .formatted(
                            folder.resolve(BaseSample.FILE), bases(folder, base), difference));
              });
    }
  }

  private static String bases(Path folder, CausalLm base) {
    String made = readConfig(folder).path("base_model_name_or_path").asText("");
    return "for %s, and this is %s"
        .formatted(made.isEmpty() ? "an unnamed base" : Shortened.text(made), base.sourceName());
  }

  /**
   * Compares the tensors of a file with an adapter, before there is any memory for it.
   *
   * @param folder where it lies
   * @throws ModelFormatException naming all tensors that are missing, unexpected or misshapen
   */
  public static void checkWeights(Path folder, TensorFile file, Adapter adapter, CausalLm base) {
    check(
        file,
        parts(adapter, base.architecture()),
        () -> " (it was made " + bases(folder, base) + ")");
  }

  /**
   * Fills the masters of everything trained from a file.
   *
   * @throws ModelFormatException naming all tensors that are missing, unexpected or misshapen, or
   *     the first that holds a number that is not finite
   */
  public static void readWeights(
      TensorFile file, Adapter adapter, Architecture architecture, TrainableTensors trainables) {
    try (TensorScope work = TensorScope.open()) {
      Map<String, Part> parts = parts(adapter, architecture);
      check(file, parts, () -> "");
      requireOneOfTied(file, parts);
      parts.forEach(
          (name, part) -> StoredTensors.fill(part.tensor(work, adapter, trainables), file, name));
    }
    trainables.refresh();
  }

  /** PEFT trains two copies of a tied matrix where it is not told to tie them. */
  private static void requireOneOfTied(TensorFile file, Map<String, Part> parts) {
    Map<Part, String> names = new HashMap<>();
    parts.forEach(
        (name, part) -> {
          String first = names.putIfAbsent(part, name);
          if (first != null && !TensorFile.sameBytes(file, first, name)) {
            throw new ModelFormatException(
                "%s: %s and %s differ, but the base has one matrix for both; train them tied (PEFT's ensure_weight_tying), or take a base with tie_word_embeddings false"
                    .formatted(file.path(), first, name));
          }
        });
  }

  /** A tensor of the file: some rows of a tensor that is trained, or of a constant. */
  private record Part(TensorSlot.Part part, TensorSlot whole) {
    long[] shape() {
      return part.sizes();
    }

    Tensor tensor(TensorScope scope, Adapter adapter, TrainableTensors trainables) {
      return part.of(
          trainables.contains(whole) ? trainables.master(whole) : adapter.constant(whole), scope);
    }
  }

  private static Map<String, Part> parts(Adapter adapter, Architecture architecture) {
    Map<String, Part> parts = new LinkedHashMap<>();
    Stream.concat(adapter.parameters().stream().map(Trainable::slot), adapter.constants().stream())
        .forEach(
            slot -> slot.parts().forEach(part -> parts.put(part.name(), new Part(part, slot))));
    for (Trainable trainable : adapter.trainedWeights()) {
      TensorSlot slot = trainable.slot();
      for (TensorSlot.Part part : slot.parts()) {
        parts.put(adapter.fileName(part.name()), new Part(part, slot));
        if (architecture.tied() && slot.equals(architecture.embeddingSlot())) {
          // PEFT writes a tied matrix under both names.
          parts.put(adapter.fileName(architecture.head().out().weight()), new Part(part, slot));
        }
      }
    }
    return parts;
  }

  private static void check(TensorFile file, Map<String, Part> parts, Supplier<String> bases) {
    List<String> faults = new ArrayList<>();
    parts.forEach(
        (name, part) -> {
          TensorInfo info = file.tensors().get(name);
          if (info == null) {
            faults.add("missing: " + name + " " + Arrays.toString(part.shape()));
          } else if (!Arrays.equals(info.shape(), part.shape())) {
            faults.add(
                name
                    + ": wanted "
                    + Arrays.toString(part.shape())
                    + ", found "
                    + Shortened.text(Arrays.toString(info.shape())));
          } else if (!StoredTensors.isWeightType(info.dtype())) {
            faults.add(name + ": element type " + info.dtype() + " is not supported");
          }
        });
    for (String name : new TreeSet<>(file.tensors().keySet())) {
      // PEFT adds the untouched base matrix when an embedding is adapted, and those of AdaLoRA's
      // layers of which nothing is left.
      boolean isEmpty = Arrays.stream(file.tensors().get(name).shape()).anyMatch(size -> size == 0);
      if (!parts.containsKey(name) && !isEmpty && !name.endsWith(".base_layer.weight")) {
        faults.add("unexpected: " + Shortened.text(name));
      }
    }
    if (!faults.isEmpty()) {
      throw new ModelFormatException(
          file.path()
              + " does not fit its adapter_config.json and the base model"
              + bases.get()
              + ", "
              + faults.size()
              + " differences: "
              + String.join("; ", faults.subList(0, Math.min(20, faults.size()))));
    }
  }
}
