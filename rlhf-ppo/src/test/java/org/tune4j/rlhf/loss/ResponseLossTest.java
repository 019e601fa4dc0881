package org.tune4j.rlhf.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.rlhf.rollout.Experience;
import org.tune4j.rlhf.rollout.Rollout;

/** Gradients of losses without a critic, against finite differences. */
class ResponseLossTest {
  private static final int TOKENS = 6;
  private final Random random = new Random(8);

  static Stream<Arguments> losses() {
    return Stream.of(
            new ClippedSurrogate(0.2, 0.28, Double.POSITIVE_INFINITY),
            new ClippedSurrogate(0.2, 0.28, 1.5),
            new ClippedSurrogate(0.3, 0.5, 1.1),
            new CispoSurrogate(1.2),
            new SapoSurrogate(1, 1.05),
            new VespoSurrogate(2, 3, 3, 2))
        .flatMap(
            surrogate ->
                Arrays.stream(RatioLevel.values())
                    .flatMap(
                        level ->
                            Stream.of(false, true)
                                .map(corrects -> Arguments.of(surrogate, level, corrects))));
  }

  private double[] normal(double deviation) {
    return random.doubles(TOKENS).map(x -> -2 + deviation * random.nextGaussian()).toArray();
  }

  private Experience experience(double advantage) {
    double[] advantages = new double[TOKENS];
    Arrays.fill(advantages, advantage);
    return new Experience(
        new Rollout(0, new int[1], new int[TOKENS], true, new double[TOKENS]),
        normal(0.3),
        normal(0.3),
        advantages,
        new double[0],
        new double[0]);
  }

  /**
   * The loss of all tokens, with the weights of those that are not learned through as they were.
   */
  private static double sum(ResponseLoss loss, Experience e, double[] now, double[] kept) {
    double[] ratios = loss.level().logRatios(now, e.logProbs());
    double sum = 0;
    for (int t = 0; t < TOKENS; t++) {
      boolean learnedThrough = loss.surrogate().byLogProb(kept[t], e.advantages()[t]) == 0;
      double advantage = e.advantages()[t];
      double surrogate = loss.surrogate().of(ratios[t], advantage, now[t]);
      double learned = loss.surrogate().of(learnedThrough ? ratios[t] : kept[t], advantage, now[t]);
      sum += loss.of(e, t, now[t], ratios[t]) - surrogate + learned;
    }
    return sum;
  }

  /** By the lines of TRL 1.16, in torch: clipped, the mean over three tokens. */
  @ParameterizedTest
  @CsvSource({
    "TOKEN, -0.6291543958177773, -0.020356712636002805, -0.12064498907146123, -0.22224546620451535",
    "SEQUENCE, -0.6165291560153716, -0.22190774008544992, -0.13516140767195292, -0.28219395868086916"
  })
  void divergenceIsMultipliedWithTheRatio(
      RatioLevel level, double wanted, double first, double second, double third) {
    double[] now = {-1, -0.5, -2};
    Experience e =
        new Experience(
            new Rollout(0, new int[1], new int[3], true, new double[3]),
            new double[] {-1.2, -0.4, -1.7},
            new double[] {-0.9, -1.1, -1.6},
            new double[] {0.7, 0.7, 0.7},
            new double[0],
            new double[0]);
    ClippedSurrogate clipped = new ClippedSurrogate(0.2, 0.2, Double.POSITIVE_INFINITY);
    ResponseLoss loss = new ResponseLoss(clipped, level, 0.5, true);
    double[] ratios = level.logRatios(now, e.logProbs());
    double meanKl = ResponseLoss.meanKl(e, now);
    double sum = 0;
    double[] gradients = new double[3];
    for (int t = 0; t < 3; t++) {
      sum += loss.of(e, t, now[t], ratios[t]) / 3;
      gradients[t] = loss.gradient(e, t, now[t], ratios[t], meanKl) / 3;
    }
    assertThat(sum).isCloseTo(wanted, within(1e-12));
    assertThat(gradients).usingComparatorWithPrecision(1e-12).containsExactly(first, second, third);
  }

  @ParameterizedTest
  @MethodSource("losses")
  void gradientIsWhatTheLossOfTheResponseChangesBy(
      Surrogate surrogate, RatioLevel level, boolean correctsKl) {
    ResponseLoss loss = new ResponseLoss(surrogate, level, 0.04, correctsKl);
    for (int i = 0; i < 40; i++) {
      Experience e = experience(random.nextGaussian());
      double[] now = normal(0.3);
      double[] ratios = level.logRatios(now, e.logProbs());
      double meanKl = ResponseLoss.meanKl(e, now);
      for (int t = 0; t < TOKENS; t++) {
        double[] above = now.clone();
        double[] below = now.clone();
        above[t] += 1e-6;
        below[t] -= 1e-6;
        double slope = (sum(loss, e, above, ratios) - sum(loss, e, below, ratios)) / 2e-6;
        assertThat(loss.gradient(e, t, now[t], ratios[t], meanKl))
            .isCloseTo(slope, within(1e-7 * Math.max(1, Math.abs(slope)) + 1e-7));
      }
    }
  }
}
