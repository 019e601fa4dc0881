package org.tune4j.rlhf.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.RatedDocument;
import org.tune4j.engine.data.Rating;

class PreferenceLossTest {
  private static final int PAIRS = 4;
  private static final List<RatedDocument> RATED =
      IntStream.range(0, 2 * PAIRS)
          .mapToObj(d -> new RatedDocument(d % 2 == 0 ? Rating.CHOSEN : Rating.REJECTED, d ^ 1))
          .toList();

  private static DpoConfig.Builder dpo(DpoLossType type) {
    return DpoConfig.builder().lossType(type).beta(0.3).labelSmoothing(type.smooths() ? 0.1 : 0);
  }

  static Stream<PreferenceLoss> losses() {
    Stream<PreferenceLoss> types =
        Arrays.stream(DpoLossType.values()).map(type -> new DpoLoss(dpo(type).build()));
    Stream<PreferenceLoss> divergences =
        Arrays.stream(FDivergence.values())
            .map(each -> new DpoLoss(dpo(DpoLossType.SIGMOID).fDivergenceType(each).build()));
    Stream<PreferenceLoss> others =
        Stream.of(
            new DpoLoss(
                DpoConfig.builder()
                    .lossType(DpoLossType.IPO, DpoLossType.APO_DOWN, DpoLossType.AOT)
                    .lossWeights(List.of(0.4, 2.0, 0.5))
                    .build()),
            new KtoLoss(new KtoConfig(KtoConfig.Type.KTO, 0.2, 1.5, 0.7)),
            new KtoLoss(new KtoConfig(KtoConfig.Type.APO_ZERO_UNPAIRED, 0.2, 1, 1)),
            new OrpoLoss(0.4),
            new CpoLoss(new CpoConfig(0.5, CpoConfig.Type.SIGMOID, 0.1, null, 0.5, 0)),
            new CpoLoss(CpoConfig.of(CpoConfig.Type.HINGE, 0.5)),
            new CpoLoss(CpoConfig.of(CpoConfig.Type.IPO, 0.5)),
            new CpoLoss(CpoConfig.of(CpoConfig.Type.SIMPO, 2)),
            new CpoLoss(new CpoConfig(2, CpoConfig.Type.SIMPO, 0, null, 0.5, 0.25)));
    return Stream.of(types, divergences, others).flatMap(each -> each);
  }

  private static ScoredAnswers answers(double[] logProbs) {
    Random random = new Random(2);
    return new ScoredAnswers(
        RATED,
        logProbs,
        random.doubles(2 * PAIRS, -9, -2).toArray(),
        random.ints(2 * PAIRS, 2, 9).toArray(),
        0.3);
  }

  @ParameterizedTest
  @MethodSource("losses")
  void gradientsAreThoseOfTheLoss(PreferenceLoss loss) {
    double[] at = new Random(7).doubles(2 * PAIRS, -9, -2).toArray();
    double[] gradient = loss.of(answers(at)).byLogProb();
    for (int d = 0; d < at.length; d++) {
      double difference = (sum(loss, at, d, 1e-5) - sum(loss, at, d, -1e-5)) / 2e-5;
      assertThat(gradient[d])
          .isCloseTo(difference, within(1e-7 * Math.max(1, Math.abs(difference))));
    }
  }

  private static double sum(PreferenceLoss loss, double[] at, int document, double step) {
    double[] moved = at.clone();
    moved[document] += step;
    return DoubleStream.of(loss.of(answers(moved)).losses()).sum();
  }

  private static Graded onePair(PreferenceLoss loss, double chosen, double rejected) {
    return loss.of(
        new ScoredAnswers(
            RATED.subList(0, 2),
            new double[] {chosen, rejected},
            new double[2],
            new int[] {3, 3},
            0));
  }

  /** Of losses of the margin alone. */
  @Test
  void equalAnswersGiveLogTwo() {
    for (PreferenceLoss loss :
        List.of(new DpoLoss(DpoConfig.DEFAULT), new CpoLoss(CpoConfig.DEFAULT))) {
      Graded graded = onePair(loss, -4, -4);
      assertThat(graded.losses()[0]).isCloseTo(Math.log(2), within(1e-15));
      assertThat(graded.byLogProb()[0]).isEqualTo(-graded.byLogProb()[1]).isNegative();
    }
  }

  /** What is lost when the judgement is turned round: log s(x) and log s(-x) differ by x. */
  @Test
  void turnedRoundTheMarginHasTheOtherSign() {
    DpoLoss loss = new DpoLoss(DpoConfig.DEFAULT);
    Graded one = onePair(loss, -2, -5);
    Graded other = onePair(loss, -5, -2);
    assertThat(other.losses()[0] - one.losses()[0]).isCloseTo(0.1 * 3, within(1e-12));
    assertThat(one.rewards()[0]).isEqualTo(other.rewards()[1]);
  }

  @Test
  void withoutWrongJudgementsRobustIsDpo() {
    Graded robust =
        onePair(new DpoLoss(DpoConfig.builder().lossType(DpoLossType.ROBUST).build()), -2, -5);
    Graded plain = onePair(new DpoLoss(DpoConfig.DEFAULT), -2, -5);
    assertThat(robust.losses()).containsExactly(plain.losses(), within(1e-15));
    assertThat(robust.byLogProb()).containsExactly(plain.byLogProb(), within(1e-15));
  }

  @Test
  void aNegativeDivergenceCountsAsNone() {
    KtoLoss loss = new KtoLoss(KtoConfig.DEFAULT);
    ScoredAnswers answers = answers(new double[2 * PAIRS]);
    ScoredAnswers negative =
        new ScoredAnswers(
            answers.rated(), answers.logProbs(), answers.references(), answers.tokens(), -3);
    ScoredAnswers none =
        new ScoredAnswers(
            answers.rated(), answers.logProbs(), answers.references(), answers.tokens(), 0);
    assertThat(loss.of(negative).losses()).isEqualTo(loss.of(none).losses());
  }

  @Test
  void farFromTheReferenceNumbersStayFinite() {
    for (PreferenceLoss loss :
        List.of(
            new DpoLoss(DpoConfig.DEFAULT),
            new KtoLoss(KtoConfig.DEFAULT),
            new OrpoLoss(0.1),
            new CpoLoss(CpoConfig.of(CpoConfig.Type.SIMPO, 2)))) {
      for (double[] at : new double[][] {{0, -9000}, {-9000, 0}}) {
        Graded graded = onePair(loss, at[0], at[1]);
        assertThat(DoubleStream.of(graded.losses())).allMatch(Double::isFinite);
        assertThat(DoubleStream.of(graded.byLogProb())).allMatch(Double::isFinite);
      }
    }
  }

  @Test
  void tokensBeyondTheShorterAnswerCountLess() {
    PreferenceLoss loss = new DpoLoss(DpoConfig.builder().ldAlpha(0.25).build());
    double[] ofTokens = {-1, -1, -1, -1, -2};
    AnswerLesson lesson =
        AnswerLesson.of(loss, RATED.subList(0, 2), new int[] {4, 1}, ofTokens, new double[5], 0, 0);
    assertThat(lesson.logProbs()).containsExactly(-1.75, -2);
    assertThat(lesson.byToken()[3]).isEqualTo(0.25 * lesson.byToken()[0]);
  }

  @Test
  void simPoHasNoLikelihoodUnlessItIsAskedFor() {
    assertThat(new CpoLoss(CpoConfig.of(CpoConfig.Type.SIMPO, 2)).nllWeight()).isZero();
    assertThat(new CpoLoss(CpoConfig.DEFAULT).nllWeight()).isEqualTo(1);
    assertThat(new CpoLoss(new CpoConfig(2, CpoConfig.Type.SIMPO, 0, 0.5, 0.5, 0)).nllWeight())
        .isEqualTo(0.5);
  }

  private static void refused(Runnable what, String key) {
    assertThatThrownBy(what::run).isInstanceOf(ConfigException.class).hasMessageStartingWith(key);
  }

  @Test
  void whatALossWouldNotSeeIsRefused() {
    for (DpoLossType type : DpoLossType.values()) {
      if (!type.smooths()) {
        refused(
            () -> DpoConfig.builder().lossType(type).labelSmoothing(0.1).build(),
            "label_smoothing");
      }
      if (!type.diverges()) {
        refused(
            () -> dpo(type).fDivergenceType(FDivergence.FORWARD_KL).build(), "f_divergence_type");
      }
    }
    refused(() -> DpoConfig.builder().lossType(DpoLossType.EXO_PAIR).build(), "label_smoothing");
    refused(() -> DpoConfig.builder().labelSmoothing(0.5).build(), "label_smoothing");
    refused(() -> DpoConfig.builder().beta(0).build(), "beta");
    refused(() -> DpoConfig.builder().beta(Double.NaN).build(), "beta");
    refused(() -> DpoConfig.builder().lossWeights(List.of(1.0, 2.0)).build(), "loss_weights");
    refused(() -> DpoConfig.builder().ldAlpha(1.5).build(), "ld_alpha");
    refused(() -> new OrpoLoss(0), "beta");
    refused(() -> new KtoConfig(KtoConfig.Type.KTO, 0.1, -1, 1), "desirable_weight");
    refused(() -> new CpoConfig(0.1, CpoConfig.Type.HINGE, 0.1, null, 0.5, 0), "label_smoothing");
  }
}
