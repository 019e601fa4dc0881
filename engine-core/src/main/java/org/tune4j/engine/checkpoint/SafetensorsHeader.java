package org.tune4j.engine.checkpoint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;

/**
 * A parsed header whose tensors cover the data exactly: no gap, no overlap, nothing behind the last
 * one.
 *
 * @param tensors by name, in the order of their data
 * @param metadata the strings of {@code __metadata__}, empty when the file has none
 */
record SafetensorsHeader(Map<String, TensorInfo> tensors, Map<String, String> metadata) {

  private static final Comparator<TensorInfo> BY_OFFSET =
      Comparator.comparing(TensorInfo::begin, Long::compareUnsigned)
          .thenComparing(TensorInfo::end, Long::compareUnsigned);

  /**
   * Checks what a header says against the bytes that follow it.
   *
   * @param where the file, for errors
   * @param dataLength number of bytes behind the header
   */
  static SafetensorsHeader checked(
      Object where,
      Map<String, TensorInfo> tensors,
      Map<String, String> metadata,
      long dataLength) {
    Map<String, TensorInfo> ordered = inOrderOfData(tensors);
    long covered = 0;
    for (TensorInfo tensor : ordered.values()) {
      checkTensor(where, tensor, covered);
      covered = tensor.end();
    }
    if (covered != dataLength) {
      throw new ModelFormatException(
          where
              + ": the tensors take "
              + Long.toUnsignedString(covered)
              + " bytes but "
              + dataLength
              + " follow the header; the file is cut, or something was appended to it");
    }
    return new SafetensorsHeader(
        Collections.unmodifiableMap(ordered), Collections.unmodifiableMap(metadata));
  }

  private static Map<String, TensorInfo> inOrderOfData(Map<String, TensorInfo> tensors) {
    TensorInfo previous = null;
    boolean sorted = true;
    for (TensorInfo tensor : tensors.values()) {
      sorted = sorted && (previous == null || BY_OFFSET.compare(previous, tensor) <= 0);
      previous = tensor;
    }
    if (sorted) {
      return tensors;
    }
    List<TensorInfo> list = new ArrayList<>(tensors.values());
    list.sort(BY_OFFSET);
    Map<String, TensorInfo> ordered = new LinkedHashMap<>();
    for (TensorInfo tensor : list) {
      ordered.put(tensor.name(), tensor);
    }
    return ordered;
  }

  private static void checkTensor(Object where, TensorInfo tensor, long covered) {
    if (tensor.begin() != covered || Long.compareUnsigned(tensor.end(), tensor.begin()) < 0) {
      throw fault(
          where,
          tensor,
          "data_offsets ["
              + Long.toUnsignedString(tensor.begin())
              + ", "
              + Long.toUnsignedString(tensor.end())
              + "] do not start at "
              + Long.toUnsignedString(covered)
              + ", where the tensor before it ends");
    }
    long bits = 1;
    for (int i = 0; i < tensor.rank(); i++) {
      bits = times(where, tensor, bits, tensor.dimension(i));
    }
    bits = times(where, tensor, bits, tensor.dtype().bits());
    if (bits % 8 != 0) {
      throw fault(where, tensor, "its elements do not fill whole bytes");
    }
    if (bits >>> 3 != tensor.byteSize()) {
      throw fault(
          where,
          tensor,
          "its shape and dtype need "
              + (bits >>> 3)
              + " bytes, data_offsets give it "
              + Long.toUnsignedString(tensor.byteSize()));
    }
  }

  private static long times(Object where, TensorInfo tensor, long a, long b) {
    if (a != 0 && Long.compareUnsigned(b, Long.divideUnsigned(-1L, a)) > 0) {
      throw fault(where, tensor, "its size overflows 64 bits");
    }
    return a * b;
  }

  private static ModelFormatException fault(Object where, TensorInfo tensor, String problem) {
    String shape =
        tensor.shape().length > 16 ? "of rank " + tensor.shape().length : tensor.toString();
    return new ModelFormatException(
        where
            + ": tensor '"
            + Shortened.text(tensor.name())
            + "' ("
            + Shortened.text(shape)
            + "): "
            + problem
            + "; the file is damaged, get it again from its source");
  }
}
