package org.tune4j.eval.uncertainty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;

/** The doubt of several members about one example, and what it is worth for not answering. */
class DoubtTest {
  private static final double LN2 = Math.log(2);

  @Test
  void membersThatContradictEachOtherDoubtTheModel() {
    EnsembleUncertainty doubt = EnsembleUncertainty.of(new double[][] {{1, 0}, {0, 1}});
    assertThat(doubt.predictiveEntropy()).isCloseTo(LN2, within(1e-15));
    assertThat(doubt.expectedEntropy()).isZero();
    assertThat(doubt.mutualInformation()).isCloseTo(LN2, within(1e-15));
    assertThat(doubt.variationRatio()).isEqualTo(0.5);
    assertThat(doubt.margin()).isZero();
    assertThat(doubt.probabilityVariance()).isEqualTo(0.25);
  }

  @Test
  void membersThatAgreeInDoubtDoubtTheData() {
    EnsembleUncertainty doubt =
        EnsembleUncertainty.of(new double[][] {{0.5, 0.5}, {0.5, 0.5}, {0.5, 0.5}});
    assertThat(doubt.predictiveEntropy()).isCloseTo(LN2, within(1e-15));
    assertThat(doubt.mutualInformation()).isZero();
    assertThat(doubt.normalizedEntropy()).isCloseTo(1, within(1e-15));
    assertThat(doubt.variationRatio()).isZero();
  }

  @Test
  void mutualInformationIsNeverNegative() {
    Random random = new Random(2);
    for (int i = 0; i < 300; i++) {
      double[][] members = new double[1 + random.nextInt(4)][5];
      for (double[] member : members) {
        Arrays.setAll(member, label -> 6 * random.nextGaussian());
      }
      double[][] probabilities =
          Arrays.stream(members)
              .map(logits -> Distributions.softmax(logits, 1))
              .toArray(double[][]::new);
      EnsembleUncertainty doubt = EnsembleUncertainty.of(probabilities);
      assertThat(doubt.mutualInformation()).isBetween(0.0, Math.log(members.length) + 1e-12);
      assertThat(doubt.predictiveEntropy()).isBetween(0.0, Math.log(5) + 1e-12);
    }
  }

  @Test
  void membersThatAreNoneAreRefused() {
    assertThatThrownBy(() -> EnsembleUncertainty.of(new double[0][]))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> EnsembleUncertainty.of(new double[][] {{1, 0}, {1}}))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> EnsembleUncertainty.of(new double[][] {{0.4, 0.4}}))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> Distributions.softmax(new double[] {1, Double.NaN}, 1))
        .isInstanceOf(DataException.class);
  }

  private static final double[] CONFIDENCES = {0.9, 0.5, 0.8, 0.7};
  private static final double[] LOSSES = {0, 1, 1, 0};

  @Test
  void theCurveAnswersTheSurestFirst() {
    RiskCoverage curve = RiskCoverage.of(CONFIDENCES, LOSSES);
    assertThat(curve.risks()).containsExactly(0, 1.0 / 2, 1.0 / 3, 2.0 / 4);
    assertThat(curve.aurc()).isCloseTo((0.5 + 1.0 / 3 + 0.5) / 4, within(1e-15));
    assertThat(curve.excessAurc())
        .isCloseTo((0.5 + 1.0 / 3 + 0.5 - 1.0 / 3 - 0.5) / 4, within(1e-15));
    assertThat(curve.riskAt(0.75)).isEqualTo(1.0 / 3);
    assertThat(curve.riskAt(1)).isEqualTo(0.5);
    assertThat(curve.riskAt(0.01)).isZero();
    assertThat(curve.coverageAt(0.34)).isEqualTo(0.75);
    assertThat(curve.coverageAt(0.1)).isEqualTo(0.25);
    assertThat(curve.coverageAt(-1)).isZero();
  }

  @Test
  void theBestOrderHasNoExcess() {
    RiskCoverage best = RiskCoverage.of(new double[] {4, 3, 2, 1}, new double[] {0, 0, 1, 1});
    assertThat(best.excessAurc()).isZero();
    RiskCoverage worst = RiskCoverage.of(new double[] {1, 2, 3, 4}, new double[] {0, 0, 1, 1});
    assertThat(worst.excessAurc()).isPositive();
  }

  /** However rows lie, those that are equally sure cannot be put in a lucky order. */
  @Test
  void equalConfidencesShareTheirLoss() {
    double[] same = {0.5, 0.5, 0.5, 0.5};
    assertThat(RiskCoverage.of(same, LOSSES).risks()).containsOnly(0.5);
    double[] pairs = {0.9, 0.9, 0.1, 0.1};
    assertThat(RiskCoverage.of(pairs, new double[] {1, 0, 0, 0}).risks())
        .isEqualTo(RiskCoverage.of(pairs, new double[] {0, 1, 0, 0}).risks());
  }

  @Test
  void wrongCallsAreRefused() {
    RiskCoverage curve = RiskCoverage.of(CONFIDENCES, LOSSES);
    for (double coverage : new double[] {0, 1.1, Double.NaN}) {
      assertThatThrownBy(() -> curve.riskAt(coverage)).isInstanceOf(ConfigException.class);
    }
    assertThatThrownBy(() -> RiskCoverage.of(CONFIDENCES, new double[2]))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> RiskCoverage.of(new double[] {Double.NaN}, new double[] {1}))
        .isInstanceOf(DataException.class);
  }
}
