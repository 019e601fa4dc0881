package org.tune4j.eval.stats;

import static org.apache.commons.statistics.inference.AlternativeHypothesis.TWO_SIDED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;

class SampleSizeTest {
  private static final SampleSize USUAL = new SampleSize(0.05, 0.8);

  /** The example of R's power.prop.test, n = 76.7. */
  @Test
  void twoProportionsNeedWhatRSays() {
    assertThat(new SampleSize(0.05, 0.9).twoProportions(0.5, 0.75)).isEqualTo(77);
  }

  /** By the noncentral t distribution: the least n with a power of 0.8. */
  @ParameterizedTest
  @CsvSource({"0.2, 199", "0.5, 34", "1.0, 10"})
  void pairedMeansNeedWhatTheNoncentralTSays(double effect, long n) {
    assertThat(USUAL.pairedMeans(effect, 1)).isEqualTo(n);
    assertThat(USUAL.pairedMeans(-3 * effect, 3)).isEqualTo(n);
  }

  @Test
  void withThatManyExamplesMcNemarFindsTheDifferenceAsOftenAsItSays() {
    int n = (int) USUAL.mcNemar(0.05, 0.1);
    long found =
        IntStream.range(0, 2000)
            .filter(
                i -> {
                  Random random = new Random(i);
                  double[] draws = random.doubles(n).toArray();
                  int first = (int) IntStream.range(0, n).filter(k -> draws[k] < 0.05).count();
                  int both = (int) IntStream.range(0, n).filter(k -> draws[k] < 0.15).count();
                  return new McNemar(first, both - first).chiSquare(false).p() <= 0.05;
                })
            .count();
    assertThat(found / 2000.0).isCloseTo(0.8, within(0.03));
  }

  @Test
  void withThatManyExamplesTheZTestFindsTheDifferenceAsOftenAsItSays() {
    int n = (int) USUAL.twoProportions(0.85, 0.9);
    long found =
        IntStream.range(0, 2000)
            .filter(
                i -> {
                  Random random = new Random(i);
                  int first = (int) random.doubles(n).filter(d -> d < 0.85).count();
                  int second = (int) random.doubles(n).filter(d -> d < 0.9).count();
                  return new TwoProportions(new Proportion(first, n), new Proportion(second, n))
                          .z(TWO_SIDED)
                          .p()
                      <= 0.05;
                })
            .count();
    assertThat(found / 2000.0).isCloseTo(0.8, within(0.03));
  }

  @Test
  void differencesThatAreNoneAreRefused() {
    assertThatThrownBy(() -> USUAL.twoProportions(0.5, 0.5)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> USUAL.twoProportions(0.5, 1)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> USUAL.mcNemar(0.1, 0.1)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> USUAL.mcNemar(0.6, 0.5)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> USUAL.pairedMeans(0, 1)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> USUAL.pairedMeans(1, 0)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new SampleSize(0, 0.8)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new SampleSize(0.05, 80)).isInstanceOf(ConfigException.class);
  }

  /** scipy's t.interval. */
  @Test
  void seedsAreSummedUp() {
    SeedSummary summary = SeedSummary.of(new double[] {.81, .83, .79, .84, .80});
    assertThat(summary.mean()).isCloseTo(0.814, within(1e-12));
    assertThat(summary.standardDeviation()).isCloseTo(0.020736441353327684, within(1e-12));
    assertThat(summary.interval(0.95).low()).isCloseTo(0.7882523073207093, within(1e-9));
    assertThat(summary.interval(0.95).high()).isCloseTo(0.8397476926792908, within(1e-9));
    assertThatThrownBy(() -> SeedSummary.of(new double[] {1})).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> SeedSummary.of(new double[] {1, Double.NaN}))
        .isInstanceOf(DataException.class);
  }
}
