package org.tune4j.rlhf.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.rlhf.TinyPolicy;
import org.tune4j.rlhf.policy.TokenPolicy;
import org.tune4j.rlhf.rollout.Experience;
import org.tune4j.rlhf.rollout.Rollout;
import org.tune4j.rlhf.rollout.RolloutBuffer;
import org.tune4j.rlhf.rollout.RolloutLayout;

/** In fp64. */
class GrpoObjectiveTest {
  private static final double TEMPERATURE = 0.8;
  private final Random random = new Random(6);
  private final CausalLm base = TinyPolicy.base(DType.FLOAT64);
  private final TinyPolicy policy = TinyPolicy.create(base, 0, List.of());
  private final RolloutBuffer buffer = new RolloutBuffer();

  @AfterEach
  void close() {
    policy.close();
    base.close();
  }

  private GrpoObjective objective(RatioLevel level, LossNormaliser normaliser) {
    return objective(level, normaliser, true);
  }

  private GrpoObjective objective(RatioLevel level, LossNormaliser normaliser, boolean correctsKl) {
    ResponseLoss loss =
        new ResponseLoss(
            new ClippedSurrogate(0.2, 0.28, Double.POSITIVE_INFINITY), level, 0.04, correctsKl);
    return new GrpoObjective(loss, normaliser, true, 12, TEMPERATURE, 0.1, buffer);
  }

  private double[] normal(double[] around, double deviation) {
    return Arrays.stream(around).map(x -> x + deviation * random.nextGaussian()).toArray();
  }

  private Experience experience(long id, int response, boolean ended, double deviation) {
    Rollout rollout =
        new Rollout(
            id,
            random.ints(3 + (int) id, 0, 260).toArray(),
            random.ints(response, 0, 260).toArray(),
            ended,
            new double[response]);
    double[] logProbs;
    try (TensorScope work = policy.model().workScope()) {
      Batch batch = Batch.of(List.of(RolloutLayout.document(rollout)));
      logProbs =
          new TokenPolicy(policy.model(), TEMPERATURE)
              .said(policy.model().upload(batch, work))
              .logProbs();
    }
    double[] advantages = new double[response];
    Arrays.fill(advantages, random.nextGaussian());
    return new Experience(
        rollout,
        normal(logProbs, deviation),
        normal(logProbs, 0.3),
        advantages,
        new double[0],
        new double[0]);
  }

  /** Of a policy that is not far from this one; one response was cut. */
  private List<Experience> experiences() {
    List<Experience> all = new ArrayList<>();
    int[] lengths = {7, 9, 5, 4};
    for (int i = 0; i < lengths.length; i++) {
      all.add(experience(i, lengths[i], i != 2, 0.15));
    }
    buffer.fill(all, List.of());
    return all;
  }

  private static Batch batch(List<Experience> experiences) {
    return Batch.of(
        experiences.stream().map(each -> RolloutLayout.document(each.rollout())).toList());
  }

  private LossSum loss(GrpoObjective objective, Batch batch) {
    try (TensorScope work = policy.model().workScope()) {
      return objective.loss(policy.model(), policy.model().upload(batch, work));
    }
  }

  private LossSum learn(GrpoObjective objective, Batch batch, double scale, Recompute recompute) {
    try (TensorScope work = policy.model().workScope()) {
      return objective.lossAndGradients(
          policy.model(), policy.model().upload(batch, work), scale, recompute, null);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "TOKEN, UPDATE_TOKENS, true, NONE",
    "TOKEN, RESPONSES, false, BLOCKS",
    "SEQUENCE, RESPONSES, true, NONE",
    "SEQUENCE, RESPONSES, false, NONE",
    "SEQUENCE_PRODUCT, RESPONSES, true, NONE"
  })
  void gradientIsWhatTheLossChangesBy(
      RatioLevel level, LossNormaliser normaliser, boolean correctsKl, Recompute recompute) {
    GrpoObjective objective = objective(level, normaliser, correctsKl);
    Batch batch = batch(experiences());
    objective.begin(List.of(batch));
    policy.clearGradients();
    LossSum sum = learn(objective, batch, 1, recompute);
    assertThat(sum.sum()).isCloseTo(loss(objective, batch).sum(), within(1e-9));
    assertThat(objective.takeStatistics().tokens()).isEqualTo(20);
    for (Trainable trained : policy.weights().all()) {
      double[] gradient = policy.weights().gradient(trained.slot()).toDoubles();
      for (int k = 0; k < 2; k++) {
        int place = random.nextInt(gradient.length);
        policy.move(trained, place, 1e-5);
        double above = loss(objective, batch).sum();
        policy.move(trained, place, -2e-5);
        double below = loss(objective, batch).sum();
        policy.move(trained, place, 1e-5);
        assertThat(gradient[place])
            .as("%s[%d]", trained.slot().name(), place)
            .isCloseTo(
                (above - below) / 2e-5, within(2e-6 * Math.max(1, Math.abs(gradient[place]))));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(LossNormaliser.class)
  void microBatchesAddUpToTheirMiniBatch(LossNormaliser normaliser) {
    GrpoObjective objective = objective(RatioLevel.TOKEN, normaliser);
    List<Experience> all = experiences();
    objective.begin(List.of(batch(all)));
    policy.clearGradients();
    LossSum whole = learn(objective, batch(all), 1 / objective.weight(batch(all)), Recompute.NONE);
    double[] wanted = policy.weights().flatGradient().toDoubles();
    // The second part has nothing but a response that was cut.
    List<List<Experience>> parts = List.of(all.subList(0, 2), all.subList(2, 3), all.subList(3, 4));
    objective.begin(parts.stream().map(GrpoObjectiveTest::batch).toList());
    double weight = parts.stream().mapToDouble(part -> objective.weight(batch(part))).sum();
    policy.clearGradients();
    LossSum sum = LossSum.NONE;
    for (List<Experience> part : parts) {
      sum = sum.plus(learn(objective, batch(part), 1 / weight, Recompute.NONE));
    }
    assertThat(sum.mean()).isCloseTo(whole.mean(), within(1e-9));
    assertThat(policy.weights().flatGradient().toDoubles())
        .usingComparatorWithPrecision(1e-9)
        .containsExactly(wanted);
  }

  @Test
  void whatIsLearnedFromFreshRolloutsMustBeOfThisPolicy() {
    GrpoObjective objective = objective(RatioLevel.TOKEN, LossNormaliser.RESPONSES);
    Experience same = experience(4, 6, true, 0);
    buffer.fill(List.of(same), List.of(List.of(same.rollout())));
    learn(objective, batch(List.of(same)), 1, Recompute.NONE);
    GrpoStatistics statistics = objective.takeStatistics();
    assertThat(statistics.ratio()).isEqualTo(6);
    Experience other = experience(5, 6, true, 1e-9);
    buffer.fill(List.of(other), List.of(List.of(other.rollout())));
    assertThatThrownBy(() -> learn(objective, batch(List.of(other)), 1, Recompute.NONE))
        .isInstanceOf(EngineBugException.class)
        .hasMessageContaining("Rollout 5")
        .hasMessageContaining("ratio is not 1");
  }
}
