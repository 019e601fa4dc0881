package org.tune4j.engine.optim;

import java.util.Arrays;
import java.util.List;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.DynamicMap;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * The tables by which numbers of -1 to 1 become the nearest codes of a dynamic map and back. Cells
 * are the upper halves of fp32 numbers' bits, in the order of the numbers; at most one border
 * between two codes lies in a cell.
 *
 * @param map what each code means
 * @param cells by cell, 65536 times the code of its first number, and so much that the lower half
 *     of the bits of its numbers above the border carries into the next
 */
record DynamicCodes(float[] map, long[] cells) {
  private static final int HALF = 1 << 16;

  /** For numbers of both signs. */
  static final DynamicCodes SIGNED = of(DynamicMap.signed(), -HALF / 2);

  /** For numbers of at least 0. */
  static final DynamicCodes UNSIGNED = of(DynamicMap.unsigned(), 0);

  private static DynamicCodes of(float[] map, int first) {
    int[] borders = new int[map.length - 1];
    for (int code = 0; code < borders.length; code++) {
      borders[code] = ordered((map[code] + map[code + 1]) / 2);
    }
    long[] cells = new long[HALF / 2 - first];
    for (int cell = 0; cell < cells.length; cell++) {
      int start = (cell + first) << 16;
      int code = code(borders, start);
      boolean hasBorder = code < borders.length && borders[code] >> 16 == start >> 16;
      int carry = hasBorder ? HALF - 1 - (borders[code] & HALF - 1) : 0;
      cells[cell] = (long) code * HALF + carry;
    }
    return new DynamicCodes(map, cells);
  }

  /** How many borders lie below a number. */
  private static int code(int[] borders, int number) {
    int found = Arrays.binarySearch(borders, number);
    return found >= 0 ? found : -found - 1;
  }

  /** The bits of a number, so that integers have the order of the numbers. */
  static int ordered(float number) {
    int bits = Float.floatToRawIntBits(number);
    return bits ^ bits >> 31 & Integer.MAX_VALUE;
  }

  /** Map and cells as tensors. */
  List<Tensor> tensors(TensorScope scope) {
    try (TensorScope work = scope.nested()) {
      return List.of(
          scope.floats(map, new long[] {map.length}),
          TensorOps.cast(scope, work.longs(cells, cells.length), DType.INT32));
    }
  }
}
