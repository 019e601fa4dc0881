package org.tune4j.eval.stats;

import static org.apache.commons.statistics.inference.AlternativeHypothesis.GREATER_THAN;
import static org.apache.commons.statistics.inference.AlternativeHypothesis.LESS_THAN;
import static org.apache.commons.statistics.inference.AlternativeHypothesis.TWO_SIDED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.math.BigInteger;
import org.apache.commons.statistics.inference.AlternativeHypothesis;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.DataException;
import org.tune4j.eval.stats.PairedTests.Zeros;

/** The values of scipy 1.17.1. */
class ClassicalTestsTest {
  private static final Offset<Double> CLOSE = within(1e-12);

  private static final double[] X = {1.1, 2.3, 3.2, 4.8, 5.9, 6.1, 7.7};
  private static final double[] Y = {1.0, 2.5, 2.6, 4.4, 5.1, 6.4, 6.8};

  /** With ties and zeros. */
  private static final double[] U = {1, 2, 3, 4, 5, 6, 7, 8};

  private static final double[] V = {1.5, 2, 2.5, 5, 4, 6, 9, 6};

  @ParameterizedTest
  @CsvSource({
    "TWO_SIDED, 5, 0.15625, 0.11702351687131606, 0.7898031094802197, 0.9015151515151516",
    "LESS_THAN, 23, 0.9453125, 0.941488241564342, 0.6050984452598902, 0.5976107226107226",
    "GREATER_THAN, 23, 0.078125, 0.05851175843565803, 0.39490155474010985, 0.4507575757575758"
  })
  void testsOfValuesWithoutTies(
      AlternativeHypothesis alternative,
      double rankSum,
      double wilcoxon,
      double t,
      double welch,
      double mannWhitney) {
    PairedTests pairs = new PairedTests(X, Y);
    assertThat(pairs.wilcoxon(alternative)).isEqualTo(new TestResult(rankSum, wilcoxon));
    assertThat(pairs.t(alternative).statistic()).isCloseTo(1.8297817536041778, CLOSE);
    assertThat(pairs.t(alternative).p()).isCloseTo(t, CLOSE);
    TwoSampleTests samples = new TwoSampleTests(X, Y);
    assertThat(samples.welch(alternative).statistic()).isCloseTo(0.27262719986944517, CLOSE);
    assertThat(samples.welch(alternative).p()).isCloseTo(welch, CLOSE);
    assertThat(samples.mannWhitney(alternative).statistic()).isEqualTo(26);
    assertThat(samples.mannWhitney(alternative).p()).isCloseTo(mannWhitney, CLOSE);
  }

  @Test
  void testsOfValuesWithTies() {
    PairedTests pairs = new PairedTests(U, V);
    assertThat(pairs.wilcoxon(TWO_SIDED)).isEqualTo(new TestResult(10.5, 1));
    assertThat(pairs.wilcoxonNormal(LESS_THAN, Zeros.LEFT_OUT, true).p())
        .isCloseTo(0.5420911128566768, CLOSE);
    assertThat(pairs.wilcoxonNormal(GREATER_THAN, Zeros.RANKED, true).p())
        .isCloseTo(0.528363521251415, CLOSE);
    assertThat(pairs.wilcoxonNormal(GREATER_THAN, Zeros.RANKED, true).statistic()).isEqualTo(16.5);
    assertThat(new TwoSampleTests(U, V).mannWhitney(LESS_THAN).p())
        .isCloseTo(0.5420365557832935, CLOSE);
    assertThatThrownBy(() -> pairs.wilcoxonExact(TWO_SIDED))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("ties or zeros");
  }

  @Test
  void equalPairsTellNothing() {
    PairedTests equal = new PairedTests(X, X);
    assertThat(equal.wilcoxon(TWO_SIDED)).isEqualTo(new TestResult(0, 1));
    assertThat(equal.t(TWO_SIDED).p()).isNaN();
    assertThat(equal.cohenD()).isNaN();
  }

  @Test
  void mcNemarCountsWhatOneAloneGetsRight() {
    boolean[] first = {true, true, false, true, false};
    boolean[] second = {false, true, true, false, false};
    assertThat(McNemar.of(first, second)).isEqualTo(new McNemar(2, 1));
    McNemar counts = new McNemar(15, 5);
    assertThat(counts.exact().p()).isCloseTo(0.04138946533203125, CLOSE);
    assertThat(counts.chiSquare(true).p()).isCloseTo(0.04417134490844271, CLOSE);
    assertThat(new McNemar(0, 0).exact().p()).isOne();
    assertThat(new McNemar(0, 0).chiSquare(true).statistic()).isNaN();
    assertThat(new McNemar(0, 0).chiSquare(false).p()).isNaN();
    assertThat(new McNemar(7, 7).exact().p()).isOne();
  }

  /** Twice the sum of binomial coefficients, by whole numbers. */
  @Test
  void mcNemarIsExactForAllCounts() {
    for (int all = 1; all <= 60; all++) {
      BigInteger coefficient = BigInteger.ONE;
      BigInteger sum = BigInteger.ZERO;
      for (int lesser = 0; lesser <= all / 2; lesser++) {
        sum = sum.add(coefficient);
        double wanted = Math.min(1, 2 * sum.doubleValue() / Math.pow(2, all));
        assertThat(new McNemar(all - lesser, lesser).exact().p())
            .isCloseTo(wanted, withinPercentage(1e-9));
        coefficient =
            coefficient
                .multiply(BigInteger.valueOf(all - lesser))
                .divide(BigInteger.valueOf(lesser + 1L));
      }
    }
  }

  @Test
  void wrongCallsAreRefused() {
    double[] nan = {1, Double.NaN};
    double[] two = {1, 2};
    assertThatThrownBy(() -> new PairedTests(two, nan)).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> new PairedTests(two, X)).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> new PairedTests(new double[] {1}, new double[] {1}))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> new TwoSampleTests(nan, two)).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> new TwoSampleTests(two, new double[] {1}))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> McNemar.of(new boolean[1], new boolean[2]))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> new McNemar(-1, 0)).isInstanceOf(DataException.class);
  }
}
