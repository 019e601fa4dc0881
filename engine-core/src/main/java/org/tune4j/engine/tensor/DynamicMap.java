package org.tune4j.engine.tensor;

import java.util.Arrays;

/**
 * The dynamic map of 8 bits (Dettmers et al., 2022; bitsandbytes' {@code create_dynamic_map}): what
 * each code means, in ascending order. For each power of ten from -6 to 0 it has the middles of
 * twice as many equal parts of 0.1 to 1 as for the one before; and 0 and 1.
 */
public final class DynamicMap {
  private static final int CODES = 256;
  private static final int POWERS = 7;

  private DynamicMap() {}

  /** For numbers from -1 to 1. */
  public static float[] signed() {
    return map(true);
  }

  /** For numbers from 0 to 1: twice as many parts. */
  public static float[] unsigned() {
    return map(false);
  }

  private static float[] map(boolean signed) {
    float[] map = new float[CODES];
    map[0] = 0;
    map[1] = 1;
    int size = 2;
    for (int i = 0; i < POWERS; i++) {
      int parts = (signed ? 1 : 2) << i;
      float scale = (float) Math.pow(10, i - POWERS + 1);
      for (int k = 0; k < parts; k++) {
        float middle = (border(k, parts) + border(k + 1, parts)) / 2;
        map[size++] = scale * middle;
        if (signed) {
          map[size++] = -scale * middle;
        }
      }
    }
    Arrays.sort(map);
    return map;
  }

  /** As torch.linspace counts in fp32: from the nearer end. */
  private static float border(int k, int parts) {
    float step = (1f - 0.1f) / parts;
    return k < (parts + 1) / 2 ? Math.fma(step, k, 0.1f) : Math.fma(-step, parts - k, 1f);
  }
}
