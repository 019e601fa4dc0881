package org.tune4j.engine.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.checkpoint.SafetensorsFolder;
import org.tune4j.engine.checkpoint.StoredType;
import org.tune4j.engine.checkpoint.TensorInfo;

/**
 * A matrix of 8-bit numbers (E4M3, Micikevicius et al., 2022) with a scale for each block of 128 by
 * 128, as the hub has DeepSeek-V3 and R1: a number is what its byte means times its block's scale.
 */
final class ScaledFloat8 {
  private static final int BLOCK = 128;
  private static final String SCALES = "_scale_inv";
  private static final int BIAS = 7;
  private static final float[] NUMBERS = new float[256];

  static {
    for (int bits = 0; bits < NUMBERS.length; bits++) {
      NUMBERS[bits] = number(bits);
    }
  }

  private final SafetensorsFolder files;
  private final String name;
  private final int columns;
  private final float[] scales;

  /** A tensor that {@link #fault} finds none in. */
  ScaledFloat8(SafetensorsFolder files, String name) {
    this.files = files;
    this.name = name;
    this.columns = Math.toIntExact(files.tensors().get(name).shape()[1]);
    TensorInfo info = files.tensors().get(name + SCALES);
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.toIntExact(info.byteSize())).order(ByteOrder.LITTLE_ENDIAN);
    files.read(name + SCALES, 0, bytes);
    this.scales = new float[Math.toIntExact(info.elements())];
    bytes.flip().asFloatBuffer().get(scales);
  }

  static boolean is(TensorInfo tensor) {
    return tensor.dtype() == StoredType.F8_E4M3;
  }

  /** The name of a tensor's scales. */
  static String scalesOf(String name) {
    return name + SCALES;
  }

  /** What is wrong with a tensor's scales, if something is. */
  static Optional<String> fault(String name, Map<String, TensorInfo> tensors) {
    long[] shape = tensors.get(name).shape();
    TensorInfo scales = tensors.get(scalesOf(name));
    if (shape.length != 2) {
      return Optional.of(name + ": element type F8_E4M3 is supported for matrices only");
    }
    long[] wanted = {(shape[0] + BLOCK - 1) / BLOCK, (shape[1] + BLOCK - 1) / BLOCK};
    if (scales == null) {
      return Optional.of("missing: " + scalesOf(name) + " " + Arrays.toString(wanted));
    }
    return Arrays.equals(scales.shape(), wanted) && scales.dtype() == StoredType.F32
        ? Optional.empty()
        : Optional.of(
            "%s: wanted F32 %s, found %s %s"
                .formatted(
                    scalesOf(name),
                    Arrays.toString(wanted),
                    scales.dtype(),
                    Arrays.toString(scales.shape())));
  }

  /** Fills a buffer with the matrix as fp32, from a byte of that on. */
  void read(long offset, ByteBuffer into) {
    ByteBuffer bytes = ByteBuffer.allocate(into.remaining() / Float.BYTES);
    long element = offset / Float.BYTES;
    files.read(name, element, bytes);
    bytes.flip();
    int blocksInARow = (columns + BLOCK - 1) / BLOCK;
    while (bytes.hasRemaining()) {
      int row = (int) (element / columns);
      int column = (int) (element % columns);
      float scale = scales[row / BLOCK * blocksInARow + column / BLOCK];
      int toBlockEnd = Math.min(columns - column, BLOCK - column % BLOCK);
      int run = Math.min(toBlockEnd, bytes.remaining());
      for (int i = 0; i < run; i++) {
        into.putFloat(NUMBERS[bytes.get() & 0xFF] * scale);
      }
      element += run;
    }
  }

  private static float number(int bits) {
    int exponent = bits >> 3 & 15;
    int fraction = bits & 7;
    if (exponent == 15 && fraction == 7) {
      return Float.NaN;
    }
    float size =
        exponent == 0
            ? Math.scalb(fraction / 8f, 1 - BIAS)
            : Math.scalb(1 + fraction / 8f, exponent - BIAS);
    return bits < 128 ? size : -size;
  }
}
