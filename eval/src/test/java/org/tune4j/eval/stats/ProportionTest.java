package org.tune4j.eval.stats;

import static org.apache.commons.statistics.inference.AlternativeHypothesis.TWO_SIDED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;

class ProportionTest {
  private static final Offset<Double> CLOSE = within(1e-9);

  /** scipy's binomtest(...).proportion_ci. */
  @ParameterizedTest
  @CsvSource({
    "0, 10, 0, 0.27753279986288926, 0, 0.30849710781876294",
    "10, 10, 0.7224672001371109, 1, 0.6915028921812371, 1",
    "85, 100, 0.7671644040916763, 0.9069401471634337, 0.764692499851379, 0.9135456143583515"
  })
  void intervalsAreThoseOfScipy(
      int successes, int trials, double low, double high, double exactLow, double exactHigh) {
    Proportion proportion = new Proportion(successes, trials);
    assertThat(proportion.wilson(0.95).low()).isCloseTo(low, CLOSE);
    assertThat(proportion.wilson(0.95).high()).isCloseTo(high, CLOSE);
    assertThat(proportion.clopperPearson(0.95).low()).isCloseTo(exactLow, CLOSE);
    assertThat(proportion.clopperPearson(0.95).high()).isCloseTo(exactHigh, CLOSE);
    assertThat(proportion.wilson(0.95).contains(proportion.value())).isTrue();
  }

  @Test
  void swappingTwoSharesMirrorsTheirDifference() {
    Proportion few = new Proportion(3, 20);
    Proportion many = new Proportion(9, 22);
    Interval one = new TwoProportions(few, many).newcombe(0.9);
    Interval other = new TwoProportions(many, few).newcombe(0.9);
    assertThat(one.low()).isCloseTo(-other.high(), CLOSE);
    assertThat(one.high()).isCloseTo(-other.low(), CLOSE);
    TwoProportions alike = new TwoProportions(new Proportion(5, 5), new Proportion(7, 7));
    assertThat(alike.z(TWO_SIDED).p()).isNaN();
    assertThat(alike.fisher().p()).isOne();
  }

  /** All tables of given margins, counted in whole numbers; ties are exact there. */
  @Test
  void fisherIsExactForAllSmallTables() {
    for (int first = 1; first <= 9; first++) {
      for (int second = 1; second <= 9; second++) {
        for (int one = 0; one <= first; one++) {
          for (int two = 0; two <= second; two++) {
            long wanted = choose(first, one) * choose(second, two);
            long asRare = 0;
            for (int k = Math.max(0, one + two - second); k <= Math.min(first, one + two); k++) {
              long ways = choose(first, k) * choose(second, one + two - k);
              asRare += ways <= wanted ? ways : 0;
            }
            double p = (double) asRare / choose(first + second, one + two);
            assertThat(
                    new TwoProportions(new Proportion(one, first), new Proportion(two, second))
                        .fisher()
                        .p())
                .isCloseTo(p, within(1e-12));
          }
        }
      }
    }
  }

  private static long choose(int n, int k) {
    long ways = 1;
    for (int i = 0; i < k; i++) {
      ways = ways * (n - i) / (i + 1);
    }
    return ways;
  }

  @Test
  void whatIsNoShareIsRefused() {
    assertThatThrownBy(() -> new Proportion(0, 0)).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> new Proportion(3, 2)).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> new Proportion(-1, 2)).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> new Proportion(1, -2)).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> new Proportion(1, 2).wilson(1)).isInstanceOf(ConfigException.class);
  }
}
