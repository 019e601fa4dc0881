package org.tune4j.eval.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.DataException;

class CorrelationTest {
  private static final double[] X = {1.5, 2.0, -3.0, 4.0, 4.0, 0.5};
  private static final double[] Y = {1.0, 2.5, -2.0, 4.0, 3.0, 0.5};

  @Test
  void correlationsAreThoseOfScipy() {
    assertThat(Correlation.pearson(X, Y)).isCloseTo(0.9744580105485564, within(1e-14));
    assertThat(Correlation.spearman(X, Y)).isCloseTo(0.9856107606091624, within(1e-14));
    assertThat(Correlation.kendall(X, Y)).isCloseTo(0.9660917830792959, within(1e-14));
  }

  @Test
  void constantsHaveNone() {
    double[] constant = {2, 2, 2, 2, 2, 2};
    assertThat(Correlation.pearson(X, constant)).isNaN();
    assertThat(Correlation.spearman(constant, Y)).isNaN();
    assertThat(Correlation.kendall(X, constant)).isNaN();
    assertThatThrownBy(() -> Correlation.kendall(X, new double[2]))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> Correlation.pearson(new double[0], new double[0]))
        .isInstanceOf(DataException.class);
  }

  @Property(tries = 200)
  void ranksAloneDecideSpearmanAndKendall(
      @ForAll @Size(min = 2, max = 30) List<@IntRange(min = -9, max = 9) Integer> drawn) {
    double[] values = drawn.stream().mapToDouble(each -> each / 2.0).toArray();
    double[] others = Arrays.stream(values).map(v -> Math.sin(100 * v)).toArray();
    double[] moved = Arrays.stream(values).map(v -> 3 * v * v * v + v).toArray();
    same(Correlation.spearman(values, others), Correlation.spearman(moved, others));
    same(Correlation.kendall(values, others), Correlation.kendall(moved, others));
  }

  private static void same(double one, double other) {
    assertThat(Double.isNaN(one)).isEqualTo(Double.isNaN(other));
    assertThat(Double.isNaN(one) ? 0 : one - other).isCloseTo(0, within(1e-9));
  }

  @Property(tries = 200)
  void correctedPValuesGrowInOrder(@ForAll @Size(min = 1, max = 20) double[] drawn) {
    double[] p = Arrays.stream(drawn).map(d -> Math.abs(Math.sin(d))).toArray();
    double[] bonferroni = MultipleTesting.bonferroni(p);
    double[] holm = MultipleTesting.holm(p);
    double[] rate = MultipleTesting.benjaminiHochberg(p);
    for (int i = 0; i < p.length; i++) {
      assertThat(rate[i]).isBetween(p[i] - 1e-15, holm[i] + 1e-15);
      assertThat(holm[i]).isLessThanOrEqualTo(bonferroni[i]);
    }
  }

  /** scipy's false_discovery_control. */
  @Test
  void equalPValuesStayEqual() {
    double[] p = {.5, .02, .01, .02};
    assertThat(MultipleTesting.benjaminiHochberg(p))
        .containsExactly(
            new double[] {.5, 0.02666666666666667, 0.02666666666666667, 0.02666666666666667},
            within(1e-15));
    assertThat(MultipleTesting.holm(p)).containsExactly(.5, .06, .04, .06);
    assertThatThrownBy(() -> MultipleTesting.holm(new double[] {1.1}))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> MultipleTesting.bonferroni(new double[0]))
        .isInstanceOf(DataException.class);
  }
}
