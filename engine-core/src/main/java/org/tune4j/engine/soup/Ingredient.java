package org.tune4j.engine.soup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.checkpoint.JsonFile;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.checkpoint.SafetensorsFolder;
import org.tune4j.engine.checkpoint.SafetensorsShards;
import org.tune4j.engine.checkpoint.TensorFile;
import org.tune4j.engine.checkpoint.TensorInfo;
import org.tune4j.engine.checkpoint.TensorToWrite;

/**
 * A checkpoint that a mean is made of: a model's folder or an adapter's, which a run's {@code
 * checkpoint-N} is too.
 *
 * @param folder where it lies
 * @param adapter whether it is an adapter's
 * @param config {@code config.json} or {@code adapter_config.json}
 * @param file its tensors
 * @param open what to close
 */
record Ingredient(
    Path folder, boolean adapter, ObjectNode config, TensorFile file, AutoCloseable open)
    implements AutoCloseable {
  private static final String CONFIG = "config.json";
  private static final int MOST_MEBIBYTES_OF_CONFIG = 16;

  /** What two configurations may say differently of the same model. */
  private static final Set<String> FREE =
      Set.of(
          "_name_or_path",
          "transformers_version",
          "dtype",
          "torch_dtype",
          "inference_mode",
          "peft_version",
          "auto_mapping");

  /** What of a folder is written anew, or belongs to the run that it comes from. */
  private static final Set<String> NOT_COPIED =
      Set.of("model.safetensors.index.json", "manifest.json", "trainer_state.json");

  private static final List<String> WEIGHTS =
      List.of(".safetensors", ".bin", ".pt", ".pth", ".gguf", ".h5", ".msgpack");

  static Ingredient open(Path folder) {
    if (PeftFiles.isAdapter(folder)) {
      ObjectNode config = PeftFiles.readConfig(folder);
      SafetensorsFile file = PeftFiles.open(folder);
      return new Ingredient(folder, true, config, file, file);
    }
    if (!Files.isRegularFile(folder.resolve(CONFIG))) {
      throw new ModelFormatException(
          "%s: neither %s nor %s; wanted the folder of a model, an adapter or a checkpoint"
              .formatted(folder, CONFIG, "adapter_config.json"));
    }
    ObjectNode config = JsonFile.read(folder.resolve(CONFIG), MOST_MEBIBYTES_OF_CONFIG);
    SafetensorsFolder files = SafetensorsFolder.open(folder);
    return new Ingredient(folder, false, config, tensors(folder, files), files);
  }

  private static TensorFile tensors(Path folder, SafetensorsFolder files) {
    return new TensorFile() {
      @Override
      public Path path() {
        return folder;
      }

      @Override
      public Map<String, TensorInfo> tensors() {
        return files.tensors();
      }

      @Override
      public void read(String name, long offset, ByteBuffer into) {
        files.read(name, offset, into);
      }
    };
  }

  /**
   * Compares with another one.
   *
   * @throws ConfigException naming the first thing by which the two are not checkpoints of one
   *     model
   */
  void requireLike(Ingredient first) {
    if (adapter != first.adapter) {
      throw unlike(first, "one is an adapter and the other a model");
    }
    Set<String> fields = new TreeSet<>();
    first.config.fieldNames().forEachRemaining(fields::add);
    config.fieldNames().forEachRemaining(fields::add);
    fields.removeAll(FREE);
    for (String field : fields) {
      JsonNode here = config.path(field);
      JsonNode there = first.config.path(field);
      if (!here.equals(there)) {
        throw unlike(
            first,
            "%s is %s and %s"
                .formatted(
                    field, Shortened.text(there.toString()), Shortened.text(here.toString())));
      }
    }
    requireTensorsLike(first);
  }

  private void requireTensorsLike(Ingredient first) {
    Set<String> names = new TreeSet<>(first.file.tensors().keySet());
    names.addAll(file.tensors().keySet());
    for (String name : names) {
      TensorInfo here = file.tensors().get(name);
      TensorInfo there = first.file.tensors().get(name);
      if (here == null || there == null) {
        throw unlike(
            first,
            "tensor %s is only in %s"
                .formatted(Shortened.text(name), here == null ? first.folder : folder));
      }
      if (!Arrays.equals(here.shape(), there.shape())) {
        throw unlike(
            first,
            "tensor %s is %s and %s"
                .formatted(
                    Shortened.text(name),
                    Shortened.text(Arrays.toString(there.shape())),
                    Shortened.text(Arrays.toString(here.shape()))));
      }
    }
  }

  private ConfigException unlike(Ingredient first, String how) {
    return new ConfigException(
        "%s and %s are not checkpoints of one model: %s".formatted(first.folder, folder, how));
  }

  /** Writes other tensors by the names of these, and everything else that the folder has. */
  void writeWith(List<TensorToWrite> tensors, NewFolder target) throws IOException {
    if (adapter) {
      target.write("adapter_model.safetensors", Map.of("format", "pt"), tensors);
    } else {
      SafetensorsShards.write(target, tensors, SafetensorsShards.USUAL_BYTES);
    }
    for (Path beside : besides()) {
      target.write(beside.getFileName().toString(), Files.readAllBytes(beside));
    }
  }

  private List<Path> besides() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(Files::isRegularFile)
          .filter(path -> isBeside(path.getFileName().toString()))
          .sorted()
          .toList();
    }
  }

  private static boolean isBeside(String name) {
    return !name.startsWith(".")
        && !NOT_COPIED.contains(name)
        && WEIGHTS.stream().noneMatch(name::endsWith);
  }

  @Override
  public void close() {
    try {
      open.close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new StorageException(folder + ": cannot be closed: " + e.getMessage(), e);
    }
  }
}
