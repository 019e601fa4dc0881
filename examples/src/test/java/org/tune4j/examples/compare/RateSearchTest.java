package org.tune4j.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateSearchTest {
  /** Whatever rate is the best one, with as many trials. */
  @ParameterizedTest
  @ValueSource(doubles = {3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1, 3})
  void findsTheRate(double best) {
    SortedMap<Double, Double> losses =
        RateSearch.losses(rate -> Math.abs(Math.log10(rate) - Math.log10(best)));
    assertThat(RateSearch.best(losses)).isEqualTo(best);
    assertThat(losses).hasSize(RateSearch.TRIALS);
  }

  @Test
  void aRateThatDivergesIsNotTheBest() {
    SortedMap<Double, Double> losses =
        RateSearch.losses(rate -> rate > 5e-3 ? Double.POSITIVE_INFINITY : -rate);
    assertThat(RateSearch.best(losses)).isEqualTo(3e-3);
    assertThat(losses).containsKeys(3e-4, 1e-3, 3e-3, 1e-2, 1e-1, 1.0);
  }
}
