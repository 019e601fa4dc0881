package org.tune4j.engine.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.checkpoint.SafetensorsFolder;
import org.tune4j.engine.checkpoint.TensorInfo;
import org.tune4j.engine.gguf.hub.GgufModel;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.WeightFormat.HeldTensor;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * What a model knows: its tensors, in the element type that it computes in; the matrices of blocks
 * perhaps in a {@link WeightFormat} of fewer bytes.
 */
public final class Weights {
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final Set<String> givenUp = new HashSet<>();
  private final WeightFormat format;
  private final Set<String> quantised;
  private final DType dtype;
  private final TensorScope scope;

  private Weights(WeightFormat format, Set<String> quantised, DType dtype, TensorScope scope) {
    this.format = format;
    this.quantised = quantised;
    this.dtype = dtype;
    this.scope = scope;
  }

  /** Tensors of zeros. */
  private Weights(Architecture architecture, DType dtype, WeightFormat format, TensorScope scope) {
    this(format, format.matrices(architecture), dtype, scope);
    if (format != WeightFormat.PLAIN) {
      architecture.blockMatrices().forEach(format::requireFit);
    }
    for (HeldTensor tensor : format.tensors(architecture, dtype)) {
      tensors.put(
          tensor.slot().name(), TensorOps.zeros(scope, tensor.dtype(), tensor.slot().sizes()));
    }
    if (format != WeightFormat.PLAIN) {
      architecture.blockMatrices().forEach(slot -> quantised(slot).prepare());
    }
  }

  /** How the matrices of blocks are held. */
  WeightFormat format() {
    return format;
  }

  /** Whether a tensor is held in fewer bytes. */
  boolean isQuantised(TensorSlot slot) {
    return quantised.contains(slot.name());
  }

  /** The tensors that stand for a slot, in the order in which kernels take them. */
  List<TensorSlot> held(TensorSlot slot) {
    return isQuantised(slot)
        ? format.tensors(slot, dtype).stream().map(HeldTensor::slot).toList()
        : List.of(slot);
  }

  /** A tensor that is held in fewer bytes. */
  QuantisedMatrix quantised(TensorSlot slot) {
    if (!isQuantised(slot)) {
      throw new IllegalArgumentException(slot.name() + " is not held in fewer bytes");
    }
    return new QuantisedMatrix(slot, format, held(slot).stream().map(this::get).toList());
  }

  /** The tensor of a slot, or one of those that stand for it. */
  public Tensor get(TensorSlot slot) {
    Tensor tensor = tensors.get(slot.name());
    if (givenUp.contains(slot.name())) {
      throw new IllegalStateException(
          slot.name() + " was given up to a training, which has it; the model itself is no more");
    }
    if (tensor == null) {
      throw new IllegalArgumentException(
          isQuantised(slot)
              ? slot.name() + " is held in " + format.lowerName() + ": take what it dequantises to"
              : "The model has no tensor " + slot.name());
    }
    return tensor;
  }

  /** Gives a tensor more rows, each the mean of those that it has. */
  void grow(TensorSlot slot, long rows) {
    Tensor small = get(slot);
    tensors.put(slot.name(), TensorOps.grown(scope, small, rows));
    small.close();
  }

  /** Frees the tensor of a slot; from then on there is none. */
  void giveUp(TensorSlot slot) {
    get(slot).close();
    givenUp.add(slot.name());
  }

  /** Tensors of zeros, to be filled by an initialisation. */
  public static Weights zeros(Architecture architecture, DType dtype, TensorScope scope) {
    return zeros(architecture, dtype, WeightFormat.PLAIN, scope);
  }

  /** The same, the matrices of blocks in a format of their own. */
  static Weights zeros(
      Architecture architecture, DType dtype, WeightFormat format, TensorScope scope) {
    return new Weights(architecture, dtype, format, scope);
  }

  /**
   * Sets the numbers of a part of a slot.
   *
   * @param fill is given a tensor of the part's rows, outputs first, to be filled
   */
  void setRows(TensorSlot slot, TensorSlot.Part part, Consumer<Tensor> fill) {
    try (TensorScope work = scope.nested()) {
      if (!isQuantised(slot)) {
        Tensor rows = TensorOps.rows(work, get(slot), part.firstRow(), part.rows());
        fill.accept(rows);
        requireInRange(slot, rows);
        return;
      }
      Tensor rows = TensorOps.zeros(work, dtype, part.rows(), slot.shape().get(1));
      fill.accept(rows);
      requireInRange(slot, rows);
      quantised(slot).store(part, rows);
    }
  }

  /** The same, where {@code fill} is given a tensor in the part's shape as a file has it. */
  private void set(TensorSlot slot, TensorSlot.Part part, Consumer<Tensor> fill) {
    setRows(
        slot,
        part,
        rows -> {
          try (TensorScope work = scope.nested()) {
            fill.accept(part.transposed() ? TensorOps.transposed(work, rows) : rows);
          }
        });
  }

  /** The element type that a tensor is held in. */
  static DType held(DType dtype, boolean exact) {
    return exact && dtype != DType.FLOAT64 ? DType.FLOAT32 : dtype;
  }

  /**
   * Files hold numbers that are infinite in fp16.
   *
   * @throws ConfigException if one was
   */
  static void requireInRange(TensorSlot slot, Tensor numbers) {
    if (numbers.dtype() == DType.FLOAT16 && !TensorOps.isFinite(numbers)) {
      throw new ConfigException(
          slot.name()
              + ": has numbers beyond 65504, the largest of fp16, or such as are none; compute in"
              + " bf16 or fp32");
    }
  }

  /** The tensors outside of the blocks, whose own are streamed. */
  static Weights outsideBlocks(
      Architecture architecture, StreamedWeights streamed, TensorScope scope) {
    Weights weights = new Weights(WeightFormat.PLAIN, Set.of(), streamed.dtype(), scope);
    List<TensorSlot> outside =
        architecture.slots().stream().filter(slot -> !streamed.contains(slot)).toList();
    weights.tensors.putAll(streamed.read(outside, scope));
    return weights;
  }

  /**
   * Reads the weights of a folder or a GGUF file, tensor by tensor, a few megabytes at a time.
   *
   * @param left what is left as zeros, because the files lack it
   * @param dtype the element type to hold them in, whatever the file has
   * @param format how to hold the matrices of blocks: each is read and quantised layer by layer
   * @throws ModelFormatException if a tensor is missing, unexpected or misshapen: all are named
   */
  public static Weights load(
      Architecture architecture,
      Path folder,
      Set<TensorSlot> left,
      DType dtype,
      WeightFormat format,
      TensorScope scope) {
    if (GgufModel.isFile(folder)) {
      return GgufWeights.load(architecture, folder, dtype, format, scope);
    }
    try (SafetensorsFolder files = SafetensorsFolder.open(folder)) {
      Map<String, String> names = namesInFile(architecture, files.tensors().keySet());
      List<TensorSlot> read = new ArrayList<>(architecture.slots());
      read.removeAll(left);
      check(architecture, read, folder, files);
      Weights weights = zeros(architecture, dtype, format, scope);
      new FileOrder(files, names).fill(read, weights::set);
      return weights;
    }
  }

  /** Of these tensors of a model, those that a folder's files lack. */
  static Set<TensorSlot> missing(Architecture architecture, Path folder, List<TensorSlot> slots) {
    try (SafetensorsFolder files = SafetensorsFolder.open(folder)) {
      Map<String, String> names = namesInFile(architecture, files.tensors().keySet());
      return slots.stream()
          .filter(
              slot ->
                  slot.parts().stream()
                      .noneMatch(part -> files.tensors().containsKey(names.get(part.name()))))
          .collect(Collectors.toSet());
    }
  }

  /** Fills a tensor, or some rows of one, from the tensor of a file. */
  static void fill(Tensor target, SafetensorsFolder files, String name) {
    TensorInfo info = files.tensors().get(name);
    if (BitsandbytesMatrix.is(name, files.tensors())) {
      long columns = target.shape()[1];
      TensorOps.fill(target, DType.FLOAT32, new BitsandbytesMatrix(files, name, columns)::read);
    } else if (ScaledFloat8.is(info)) {
      TensorOps.fill(target, DType.FLOAT32, new ScaledFloat8(files, name)::read);
    } else {
      TensorOps.fill(
          target,
          StoredTensors.dtype(info.dtype()),
          (offset, into) -> files.read(name, offset, into));
    }
  }

  /**
   * Hub files of some families leave the prefix of the base model out, or have it where others do
   * not.
   */
  static Map<String, String> namesInFile(Architecture architecture, Set<String> inFile) {
    String embedding = architecture.embeddingSlot().name();
    String prefix = embedding.substring(0, embedding.indexOf('.') + 1);
    boolean bare =
        !inFile.contains(embedding) && inFile.contains(embedding.substring(prefix.length()));
    Map<String, String> names = new LinkedHashMap<>();
    for (TensorSlot slot : architecture.slots()) {
      for (TensorSlot.Part part : slot.parts()) {
        String name = part.name();
        String inThisFile =
            bare && name.startsWith(prefix) ? name.substring(prefix.length()) : name;
        String older = olderName(inThisFile);
        names.put(name, inFile.contains(older) ? older : inThisFile);
      }
    }
    return names;
  }

  /** What BERT's first files call the tensors of a norm. */
  private static String olderName(String name) {
    return name.replace("LayerNorm.weight", "LayerNorm.gamma")
        .replace("LayerNorm.bias", "LayerNorm.beta");
  }

  /** Refuses files that lack one of these tensors, have it in other sizes, or hold what is none. */
  static void check(
      Architecture architecture, List<TensorSlot> read, Path folder, SafetensorsFolder files) {
    Map<String, TensorInfo> inFile = files.tensors();
    Map<String, String> names = namesInFile(architecture, inFile.keySet());
    List<String> faults = new ArrayList<>();
    Set<String> known = new HashSet<>(names.values());
    for (TensorSlot slot : read) {
      for (TensorSlot.Part part : slot.parts()) {
        TensorInfo info = inFile.get(names.get(part.name()));
        long[] wanted = part.sizes();
        if (info == null) {
          faults.add("missing: " + part.name() + " " + part.shape());
        } else if (BitsandbytesMatrix.is(info.name(), inFile)) {
          BitsandbytesMatrix.fault(info.name(), part, files).ifPresent(faults::add);
          known.addAll(BitsandbytesMatrix.companions(info.name(), inFile));
        } else if (!Arrays.equals(info.shape(), wanted)) {
          faults.add(
              part.name()
                  + ": wanted "
                  + part.shape()
                  + ", found "
                  + Arrays.toString(info.shape()));
        } else if (ScaledFloat8.is(info)) {
          ScaledFloat8.fault(info.name(), inFile).ifPresent(faults::add);
          known.add(ScaledFloat8.scalesOf(info.name()));
        } else if (!StoredTensors.isWeightType(info.dtype())) {
          faults.add(part.name() + ": element type " + info.dtype() + " is not supported");
        }
      }
    }
    if (architecture.tied()) {
      known.add(architecture.head().out().weight());
    }
    List<Pattern> ignored = architecture.ignored().stream().map(Pattern::compile).toList();
    for (String name : inFile.keySet()) {
      if (!known.contains(name) && ignored.stream().noneMatch(p -> p.matcher(name).matches())) {
        faults.add("unexpected: " + name + " " + Arrays.toString(inFile.get(name).shape()));
      }
    }
    if (!faults.isEmpty()) {
      throw new ModelFormatException(
          "The weights in "
              + folder
              + " do not fit its config.json ("
              + architecture.modelType()
              + "), "
              + faults.size()
              + " differences: "
              + String.join("; ", faults.subList(0, Math.min(20, faults.size()))));
    }
  }
}
