package org.tune4j.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LossWindowTest {
  private static final int STEPS = 10_000;

  /** A loss that falls from 4 to 1 with noise of 15 %, as of small batches. */
  private static double loss(int step, Random random) {
    double mean = 1 + 3 * Math.exp(-step / 1000.0);
    return mean * Math.exp(0.15 * random.nextGaussian());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void falseAlarmsAreRareAndTenfoldSpikesAllCaught(long seed) {
    Random random = new Random(seed);
    LossWindow window = LossWindow.EMPTY;
    int alarms = 0;
    for (int step = 0; step < STEPS; step++) {
      double clean = loss(step, random);
      if (step >= 100) {
        assertThat(10 * clean).isGreaterThan(window.limit());
      }
      alarms += clean > window.limit() ? 1 : 0;
      window = window.with(clean);
    }
    assertThat(alarms).isLessThanOrEqualTo(1);
  }

  @Test
  void nothingIsASpikeBeforeThereIsEnoughToTell() {
    LossWindow window = LossWindow.EMPTY;
    for (int i = 0; i < 99; i++) {
      window = window.with(1);
    }
    assertThat(window.limit()).isInfinite();
    assertThat(window.with(1).limit()).isEqualTo(2);
  }

  @Test
  void limitIsTheHighestOfDeviationsHalfANatAndTwiceTheHighest() {
    LossWindow window = LossWindow.EMPTY;
    // 1 to 100: median 50.5, median absolute deviation 25.
    for (int i = 1; i <= 100; i++) {
      window = window.with(i);
    }
    assertThat(window.limit()).isCloseTo(50.5 + 6 * 1.4826 * 25, within(1e-9));
    LossWindow steady = LossWindow.EMPTY;
    for (int i = 0; i < 100; i++) {
      steady = steady.with(i % 2 == 0 ? 3 : 3.1);
    }
    assertThat(steady.limit()).isEqualTo(6.2);
    LossWindow small = LossWindow.EMPTY;
    for (int i = 0; i < 100; i++) {
      small = small.with(0.01);
    }
    assertThat(small.limit()).isEqualTo(0.51);
  }

  @Test
  void aStepWithoutLabelsCountsForNothing() {
    LossWindow window = LossWindow.EMPTY.with(1);
    assertThat(window.with(Double.NaN)).isEqualTo(window);
  }

  @Test
  void aSpikeHidesNoOther() {
    LossWindow window = LossWindow.EMPTY;
    for (int i = 0; i < 100; i++) {
      window = window.with(1);
    }
    LossWindow after = window.with(50);
    assertThat(after.limit()).isEqualTo(4);
  }
}
