package org.tune4j.eval.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;

class LabelCountsTest {
  private static boolean[] labels(String digits) {
    boolean[] labels = new boolean[digits.length()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = digits.charAt(i) == '1';
    }
    return labels;
  }

  /** The last label never occurs and is never predicted, the third is always wrong. */
  private static LabelCounts several() {
    LabelCounts counts = new LabelCounts(4);
    List<String> gold = List.of("1010", "0100", "1100", "0000", "1000");
    List<String> predicted = List.of("1000", "0110", "1000", "0100", "1000");
    for (int row = 0; row < gold.size(); row++) {
      counts.add(labels(gold.get(row)), labels(predicted.get(row)));
    }
    return counts;
  }

  @Test
  void severalLabelsAnExampleScoreAsInScikitLearn() {
    LabelCounts counts = several();
    assertThat(counts.each())
        .containsExactly(
            new LabelScore(1, 1, 1, 3),
            new LabelScore(0.5, 0.5, 0.5, 2),
            new LabelScore(0, 0, 0, 1),
            new LabelScore(Double.NaN, Double.NaN, Double.NaN, 0));
    assertThat(counts.score(Average.MICRO).f1()).isCloseTo(2.0 / 3, within(1e-15));
    assertThat(counts.score(Average.MACRO).f1()).isEqualTo(0.5);
    assertThat(counts.score(Average.MACRO, ZeroDivision.ZERO).f1()).isEqualTo(0.375);
    assertThat(counts.score(Average.MACRO, ZeroDivision.ONE).f1()).isEqualTo(0.625);
    assertThat(counts.score(Average.WEIGHTED).f1()).isCloseTo(2.0 / 3, within(1e-15));
    assertThat(counts.score(Average.MACRO).support()).isEqualTo(6);
    assertThat(counts.neverPredicted()).containsExactly(3);
    assertThat(counts.neverRight()).containsExactly(3);
  }

  @Test
  void nothingAtAllIsUndefined() {
    LabelCounts none = new LabelCounts(2);
    none.add(labels("00"), labels("00"));
    for (Average average : Average.values()) {
      assertThat(none.score(average).f1()).isNaN();
      assertThat(none.score(average, ZeroDivision.ZERO).f1()).isZero();
    }
  }

  @Test
  void betaWeighsRecall() {
    LabelCounts counts = new LabelCounts(1);
    counts.add(labels("1"), labels("1"));
    counts.add(labels("0"), labels("1"));
    double precision = 0.5;
    double wanted = 5 * precision * 1 / (4 * precision + 1);
    assertThat(counts.fBeta(2, Average.MICRO, ZeroDivision.NAN)).isCloseTo(wanted, within(1e-15));
    assertThatThrownBy(() -> counts.fBeta(Double.NaN, Average.MICRO, ZeroDivision.NAN))
        .isInstanceOf(ConfigException.class);
  }

  @Test
  void otherNumbersOfLabelsAreRefused() {
    assertThatThrownBy(() -> new LabelCounts(2).add(labels("01"), labels("011")))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> new LabelCounts(3).add(labels("01"), labels("01")))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> new LabelCounts(0)).isInstanceOf(ConfigException.class);
  }
}
