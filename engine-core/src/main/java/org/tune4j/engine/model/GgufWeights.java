package org.tune4j.engine.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.gguf.GgufTensorToWrite.Numbers;
import org.tune4j.engine.gguf.GgufType;
import org.tune4j.engine.gguf.hub.GgufModel;
import org.tune4j.engine.gguf.hub.HubTensor;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** A model's tensors between native memory and GGUF files. */
final class GgufWeights {
  private GgufWeights() {}

  /** Reads the weights of a file, a few megabytes at a time. */
  static Weights load(
      Architecture architecture, Path path, DType dtype, WeightFormat format, TensorScope scope) {
    try (GgufModel file = GgufModel.open(path)) {
      check(architecture, path, file);
      Weights weights = Weights.zeros(architecture, dtype, format, scope);
      for (TensorSlot slot : architecture.slots()) {
        for (TensorSlot.Part part : slot.parts()) {
          Numbers numbers = file.numbers(tensor(part, null));
          weights.setRows(
              slot,
              part,
              rows ->
                  TensorOps.fill(
                      rows,
                      DType.FLOAT32,
                      (offset, into) -> {
                        numbers.read(offset / Float.BYTES, into.asFloatBuffer());
                        into.position(into.limit());
                      }));
        }
      }
      return weights;
    }
  }

  private static void check(Architecture architecture, Path path, GgufModel file) {
    List<String> faults = file.faults(parts(architecture).map(part -> tensor(part, null)).toList());
    if (!faults.isEmpty()) {
      throw new ModelFormatException(
          "The tensors in "
              + path
              + " do not fit its metadata ("
              + architecture.modelType()
              + "), "
              + faults.size()
              + " differences: "
              + String.join("; ", faults.subList(0, Math.min(20, faults.size()))));
    }
  }

  private static Stream<TensorSlot.Part> parts(Architecture architecture) {
    return architecture.slots().stream().flatMap(slot -> slot.parts().stream());
  }

  /** The rows of a slot that a part covers, outputs first as files have them. */
  private static Tensor rows(Tensor slot, TensorSlot.Part part, TensorScope scope) {
    return TensorOps.rows(scope, slot, part.firstRow(), part.rows());
  }

  private static HubTensor tensor(TensorSlot.Part part, Numbers numbers) {
    boolean vector = part.shape().size() == 1;
    long columns = vector ? 0 : part.elements() / part.rows();
    return new HubTensor(part.name(), part.rows(), columns, numbers);
  }

  /** All tensors on their way into a file; the scope must stay open until it is written. */
  static List<HubTensor> toWrite(
      Architecture architecture, Function<TensorSlot, Tensor> weights, TensorScope scope) {
    List<HubTensor> tensors = new ArrayList<>();
    for (TensorSlot slot : architecture.slots()) {
      for (TensorSlot.Part part : slot.parts()) {
        Tensor rows = rows(weights.apply(slot), part, scope);
        tensors.add(tensor(part, (first, into) -> into.put(floats(rows, first, into.remaining()))));
      }
    }
    return tensors;
  }

  private static FloatBuffer floats(Tensor tensor, long first, int count) {
    ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.nativeOrder());
    TensorOps.read(tensor, DType.FLOAT32, first * Float.BYTES, bytes);
    return bytes.rewind().asFloatBuffer();
  }

  /** The element type that holds each tensor of a file, by its hub name. */
  static Map<String, DType> storedTypes(Path path, Architecture architecture) {
    try (GgufModel file = GgufModel.open(path)) {
      check(architecture, path, file);
      Map<String, DType> types = new LinkedHashMap<>();
      parts(architecture)
          .forEach(
              part ->
                  types.put(
                      part.name(),
                      file.types(tensor(part, null))
                          .map(GgufWeights::holding)
                          .findFirst()
                          .orElseThrow()));
      return types;
    }
  }

  /** Quantised numbers are halves times small whole numbers. */
  private static DType holding(GgufType type) {
    return switch (type) {
      case F32 -> DType.FLOAT32;
      case BF16 -> DType.BFLOAT16;
      default -> DType.FLOAT16;
    };
  }
}
