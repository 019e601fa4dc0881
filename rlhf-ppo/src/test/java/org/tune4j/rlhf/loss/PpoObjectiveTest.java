package org.tune4j.rlhf.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.rlhf.TinyPolicy;
import org.tune4j.rlhf.policy.Said;
import org.tune4j.rlhf.policy.TokenPolicy;
import org.tune4j.rlhf.policy.ValueHead;
import org.tune4j.rlhf.rollout.Experience;
import org.tune4j.rlhf.rollout.Rollout;
import org.tune4j.rlhf.rollout.RolloutBuffer;
import org.tune4j.rlhf.rollout.RolloutLayout;

/** In fp64, on a policy whose value head reads its own vectors. */
class PpoObjectiveTest {
  private static final double TEMPERATURE = 0.7;
  private final Random random = new Random(5);
  private final CausalLm base = TinyPolicy.base(DType.FLOAT64);
  private final TinyPolicy policy =
      TinyPolicy.create(base, 0, ValueHead.trainables(base.architecture()));
  private final ValueHead head = new ValueHead(policy.weights(), base.architecture());
  private final RolloutBuffer buffer = new RolloutBuffer();
  private final PpoObjective objective =
      new PpoObjective(
          new ClippedPolicyLoss(0.2),
          new ClippedValueLoss(0.2),
          0.5,
          0.01,
          TEMPERATURE,
          head,
          buffer);

  PpoObjectiveTest() {
    head.begin(1);
  }

  @AfterEach
  void close() {
    policy.close();
    base.close();
  }

  private Rollout rollout(long id, int prompt, int response) {
    return new Rollout(
        id,
        random.ints(prompt, 0, 260).toArray(),
        random.ints(response, 0, 260).toArray(),
        true,
        new double[response]);
  }

  private double[] normal(double[] around, double deviation) {
    double[] numbers = new double[around.length];
    java.util.Arrays.setAll(numbers, i -> around[i] + deviation * random.nextGaussian());
    return numbers;
  }

  private static Batch batch(List<Rollout> rollouts) {
    return Batch.of(rollouts.stream().map(RolloutLayout::document).toList());
  }

  private Said said(Rollout rollout) {
    try (TensorScope work = policy.model().workScope()) {
      return new TokenPolicy(policy.model(), TEMPERATURE)
          .said(policy.model().upload(batch(List.of(rollout)), work));
    }
  }

  /**
   * Experiences of a policy that is not far from this one, so that some ratios are clipped.
   *
   * @param behind whether the state behind a response has a value
   */
  private List<Rollout> experiences(boolean behind) {
    List<Rollout> rollouts = List.of(rollout(0, 4, 7), rollout(1, 3, 9), rollout(2, 6, 5));
    List<Experience> all = new ArrayList<>();
    for (Rollout each : rollouts) {
      double[] logProbs = normal(said(each).logProbs(), 0.2);
      double[] values = normal(new double[each.response().length + (behind ? 1 : 0)], 0.5);
      all.add(
          new Experience(
              each,
              logProbs,
              logProbs,
              normal(new double[logProbs.length], 1),
              values,
              normal(values, 0.5)));
    }
    buffer.fill(all, List.of());
    return rollouts;
  }

  private LossSum loss(Batch batch) {
    try (TensorScope work = policy.model().workScope()) {
      return objective.loss(policy.model(), policy.model().upload(batch, work));
    }
  }

  private LossSum lossAndGradients(Batch batch, double scale, Recompute recompute) {
    try (TensorScope work = policy.model().workScope()) {
      return objective.lossAndGradients(
          policy.model(), policy.model().upload(batch, work), scale, recompute, null);
    }
  }

  private double[] gradients() {
    return policy.weights().flatGradient().toDoubles();
  }

  @ParameterizedTest
  @CsvSource({"false, NONE", "false, BLOCKS", "true, NONE"})
  void gradientIsWhatTheLossChangesBy(boolean behind, Recompute recompute) {
    Batch batch = batch(experiences(behind));
    policy.clearGradients();
    LossSum sum = lossAndGradients(batch, 1, recompute);
    assertThat(sum.sum()).isCloseTo(loss(batch).sum(), within(1e-9));
    assertThat(objective.takeStatistics().policyClipFraction()).isBetween(0.05, 0.6);
    for (Trainable trained : policy.weights().all()) {
      double[] gradient = policy.weights().gradient(trained.slot()).toDoubles();
      for (int k = 0; k < 3; k++) {
        int place = random.nextInt(gradient.length);
        policy.move(trained, place, 1e-5);
        double above = loss(batch).sum();
        policy.move(trained, place, -2e-5);
        double below = loss(batch).sum();
        policy.move(trained, place, 1e-5);
        assertThat(gradient[place])
            .as("%s[%d]", trained.slot().name(), place)
            .isCloseTo(
                (above - below) / 2e-5, within(2e-6 * Math.max(1, Math.abs(gradient[place]))));
      }
    }
  }

  @Test
  void microBatchesAddUpToTheirBatch() {
    List<Rollout> rollouts = experiences(false);
    policy.clearGradients();
    double whole = lossAndGradients(batch(rollouts), 1, Recompute.NONE).sum();
    double[] wanted = gradients();
    policy.clearGradients();
    double parts =
        lossAndGradients(batch(rollouts.subList(0, 1)), 1, Recompute.NONE).sum()
            + lossAndGradients(batch(rollouts.subList(1, 3)), 1, Recompute.NONE).sum();
    assertThat(parts).isCloseTo(whole, within(1e-9));
    assertThat(gradients()).usingComparatorWithPrecision(1e-9).containsExactly(wanted);
  }

  @Test
  void whatIsLearnedFromFreshRolloutsMustBeOfThisPolicy() {
    Rollout rollout = rollout(9, 4, 6);
    double[] logProbs = said(rollout).logProbs();
    Experience experience =
        new Experience(
            rollout,
            logProbs,
            logProbs,
            new double[] {1, 1, 1, 1, 1, 1},
            new double[6],
            new double[6]);
    buffer.fill(List.of(experience), List.of(List.of(rollout)));
    lossAndGradients(batch(List.of(rollout)), 1, Recompute.BLOCKS);
    assertThat(objective.takeStatistics().ratio()).isEqualTo(1);
    double[] others = logProbs.clone();
    others[3] = Math.nextDown(others[3]);
    buffer.fill(
        List.of(new Experience(rollout, others, others, others, new double[6], new double[6])),
        List.of(List.of(rollout)));
    assertThatThrownBy(() -> lossAndGradients(batch(List.of(rollout)), 1, Recompute.NONE))
        .isInstanceOf(EngineBugException.class)
        .hasMessageContaining("Rollout 9")
        .hasMessageContaining("ratio is not 1");
  }

  @Test
  void whatIsLearnedFromAgainOrOtherwiseNeedNotBeTheSameToTheBit() {
    Rollout rollout = rollout(9, 4, 6);
    double[] logProbs = said(rollout).logProbs();
    logProbs[3] = Math.nextDown(logProbs[3]);
    double[] zeros = new double[6];
    List<Experience> others =
        List.of(new Experience(rollout, logProbs, logProbs, zeros, zeros, zeros));
    Batch batch = batch(List.of(rollout));
    // Half of what was looked at in one pass, as where memory did not suffice.
    buffer.fill(others, List.of(List.of(rollout, rollout(10, 4, 6))));
    assertThat(lossAndGradients(batch, 1, Recompute.NONE).sum()).isFinite();
    // After a step that was passed over.
    buffer.fill(others, List.of(List.of(rollout)));
    objective.begin(List.of(batch));
    assertThatThrownBy(() -> lossAndGradients(batch, 1, Recompute.NONE))
        .isInstanceOf(EngineBugException.class);
    objective.begin(List.of(batch));
    lossAndGradients(batch, 1, Recompute.NONE);
    assertThat(objective.takeStatistics().tokens()).isEqualTo(6);
  }

  @Test
  void warmUpMovesTheCriticAlone() {
    Batch batch = batch(experiences(false));
    objective.policyLearns(false);
    policy.clearGradients();
    lossAndGradients(batch, 1, Recompute.NONE);
    for (Trainable trained : policy.weights().all()) {
      double[] gradient = policy.weights().gradient(trained.slot()).toDoubles();
      assertThat(java.util.Arrays.stream(gradient).anyMatch(g -> g != 0))
          .as(trained.slot().name())
          .isEqualTo(trained.isOfLoss());
    }
  }
}
