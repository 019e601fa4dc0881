package org.tune4j.eval.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.eval.stats.Correlation;
import org.tune4j.eval.stats.RowStatistics;

class ConfusionMatrixTest {
  private static final int[] GOLD = {0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2};
  private static final int[] PREDICTED = {0, 0, 0, 1, 2, 1, 1, 1, 1, 0, 2, 2, 0, 1};

  @Test
  void coefficientsAreThoseOfScikitLearn() {
    ConfusionMatrix matrix = ConfusionMatrix.of(GOLD, PREDICTED, 3);
    assertThat(matrix.accuracy()).isEqualTo(9.0 / 14);
    assertThat(matrix.mcc()).isCloseTo(0.4609937770895205, within(1e-15));
    assertThat(matrix.kappa()).isCloseTo(0.45736434108527124, within(1e-15));
    assertThat(matrix.balancedAccuracy()).isCloseTo(0.6333333333333333, within(1e-15));
    assertThat(matrix.count(0, 2)).isEqualTo(1);
    assertThat(matrix.total()).isEqualTo(14);
  }

  @Test
  void perfectAnswersScoreOneAndOneLabelAloneIsUndefined() {
    ConfusionMatrix right = ConfusionMatrix.of(GOLD, GOLD, 3);
    assertThat(right.accuracy()).isOne();
    assertThat(right.mcc()).isOne();
    assertThat(right.kappa()).isOne();
    ConfusionMatrix single = ConfusionMatrix.of(new int[] {1, 1}, new int[] {1, 1}, 3);
    assertThat(single.kappa()).isNaN();
    assertThat(single.mcc()).isZero();
    assertThat(single.labelCounts().neverRight()).containsExactly(0, 2);
    assertThat(single.labelCounts().neverPredicted()).containsExactly(0, 2);
  }

  @Property(tries = 200)
  void ofTwoLabelsMccIsTheirCorrelation(@ForAll("pairs") int[][] pairs) {
    ConfusionMatrix matrix = ConfusionMatrix.of(pairs[0], pairs[1], 2);
    double correlation =
        Correlation.pearson(
            Arrays.stream(pairs[0]).asDoubleStream().toArray(),
            Arrays.stream(pairs[1]).asDoubleStream().toArray());
    if (Double.isNaN(correlation)) {
      assertThat(matrix.mcc()).isZero();
    } else {
      assertThat(matrix.mcc()).isCloseTo(correlation, within(1e-12));
    }
  }

  @Property(tries = 200)
  void ofOneLabelAnExampleMicroF1IsAccuracyAndWeightedRecall(@ForAll("pairs") int[][] pairs) {
    ConfusionMatrix matrix = ConfusionMatrix.of(pairs[0], pairs[1], 3);
    LabelCounts counts = matrix.labelCounts();
    assertThat(counts.score(Average.MICRO).f1()).isEqualTo(matrix.accuracy());
    assertThat(counts.score(Average.WEIGHTED).recall()).isCloseTo(matrix.accuracy(), within(1e-12));
  }

  @Property(tries = 100)
  void rowsAddUpToTheMatrix(@ForAll("pairs") int[][] pairs) {
    RowStatistics rows =
        ConfusionMatrix.rows(pairs[0], pairs[1], 2, ConfusionMatrix::balancedAccuracy);
    assertThat(rows.value())
        .isEqualTo(ConfusionMatrix.of(pairs[0], pairs[1], 2).balancedAccuracy());
  }

  @Provide
  Arbitrary<int[][]> pairs() {
    return Arbitraries.integers()
        .between(1, 40)
        .flatMap(
            n ->
                Arbitraries.integers()
                    .between(0, 1)
                    .array(int[].class)
                    .ofSize(n)
                    .array(int[][].class)
                    .ofSize(2));
  }

  @Test
  void whatCannotBeCountedIsRefused() {
    assertThatThrownBy(() -> ConfusionMatrix.of(new int[0], new int[0], 2))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("0 examples");
    assertThatThrownBy(() -> ConfusionMatrix.of(new int[3], new int[4], 2))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found 3 on one side and 4 on the other");
    assertThatThrownBy(() -> ConfusionMatrix.of(new int[] {0}, new int[] {2}, 2))
        .isInstanceOf(DataException.class)
        .hasMessage("predicted label: found label id 2, wanted one of 0 to 1");
    assertThatThrownBy(() -> new ConfusionMatrix(3).add(-1, 0)).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> new ConfusionMatrix(3).accuracy()).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> new ConfusionMatrix(0)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new ConfusionMatrix(50_000)).isInstanceOf(ConfigException.class);
  }
}
