package org.tune4j.engine.optim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DynamicCodesTest {
  private static int code(DynamicCodes codes, float number) {
    int bits = DynamicCodes.ordered(number);
    int first = codes == DynamicCodes.SIGNED ? -32768 : 0;
    return (int) (codes.cells()[(bits >> 16) - first] + (bits & 0xFFFF) >> 16);
  }

  /** No cell has two borders: on either side of each, numbers have the nearer code. */
  @Test
  void everyNumberHasItsNearestCode() {
    for (DynamicCodes codes : List.of(DynamicCodes.SIGNED, DynamicCodes.UNSIGNED)) {
      float[] map = codes.map();
      for (int i = 0; i < map.length; i++) {
        assertThat(code(codes, map[i])).isEqualTo(i);
        if (i < map.length - 1) {
          float border = (map[i] + map[i + 1]) / 2;
          assertThat(code(codes, border)).isEqualTo(i);
          assertThat(code(codes, Math.nextUp(border))).isEqualTo(i + 1);
        }
      }
    }
  }
}
