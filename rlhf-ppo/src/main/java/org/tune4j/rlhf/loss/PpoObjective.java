package org.tune4j.rlhf.loss;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.ForwardActivations;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.optim.Gradients;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.rlhf.advantage.KlEstimator;
import org.tune4j.rlhf.policy.Critic;
import org.tune4j.rlhf.policy.Said;
import org.tune4j.rlhf.policy.TokenPolicy;
import org.tune4j.rlhf.rollout.Experience;
import org.tune4j.rlhf.rollout.RolloutBuffer;
import org.tune4j.rlhf.rollout.RolloutLayout;

/**
 * PPO's loss of a mini-batch of experiences: {@code policy + vf_coef * value - entropy_coef *
 * entropy}, each the mean over its tokens. Without dropout, so that the first update of an
 * experience sees the very probabilities that it was said with.
 *
 * <p>Where states behind responses have values too, and a mini-batch is made of several
 * micro-batches, the mean of values is one of the micro-batches' means.
 */
public final class PpoObjective implements Objective {
  private final ClippedPolicyLoss policyLoss;
  private final ClippedValueLoss valueLoss;
  private final double vfCoef;
  private final double entropyCoef;
  private final double temperature;
  private final Critic critic;
  private final RolloutBuffer buffer;
  private boolean policyLearns = true;

  /** Null where the gradient of parts is not asked for. */
  private Gradients gradients;

  private Part part;
  private PpoStatistics seen = PpoStatistics.NONE;

  /**
   * A loss.
   *
   * @param temperature of the policy
   * @param buffer with the experiences of the batches
   */
  public PpoObjective(
      ClippedPolicyLoss policyLoss,
      ClippedValueLoss valueLoss,
      double vfCoef,
      double entropyCoef,
      double temperature,
      Critic critic,
      RolloutBuffer buffer) {
    this.policyLoss = policyLoss;
    this.valueLoss = valueLoss;
    this.vfCoef = vfCoef;
    this.entropyCoef = entropyCoef;
    this.temperature = temperature;
    this.critic = critic;
    this.buffer = buffer;
  }

  /** Says whether the policy learns, or its critic alone. */
  public void policyLearns(boolean value) {
    policyLearns = value;
  }

  @Override
  public boolean isWhole() {
    return policyLearns;
  }

  /** Nothing for rollouts of another update. */
  @Override
  public double weight(Batch batch) {
    return buffer.holds(batch.exampleIds()) ? batch.labelCount() : 0;
  }

  /**
   * The gradient of the first micro-batch of a step, as a mean over its tokens.
   *
   * @param rollouts of the micro-batch
   * @param norm Euclidean
   */
  public record Part(int rollouts, double norm) {}

  /** Measures the gradient of the first micro-batch of each step. */
  public void measureParts(TrainableTensors weights) {
    gradients = new Gradients(weights);
  }

  /** That of the step under way; empty where it is not measured. */
  public Optional<Part> part() {
    return Optional.ofNullable(part);
  }

  /** What was seen of the step that was begun last, once. */
  public PpoStatistics takeStatistics() {
    PpoStatistics taken = seen;
    seen = PpoStatistics.NONE;
    return taken;
  }

  /** Forgets the step before, which may have been passed over for its numbers. */
  @Override
  public void begin(List<Batch> step) {
    buffer.begin();
    seen = PpoStatistics.NONE;
    part = null;
  }

  @Override
  public LossSum lossAndGradients(
      BoundModel model, BatchTensors batch, double scale, Recompute recompute, BlockSeeds seeds) {
    int[] rows = batch.labelledRows();
    RolloutLayout layout = layout(batch);
    double valueScale = scale * rows.length / Math.max(1, layout.valueRows().length);
    try (TensorScope work = model.workScope()) {
      ForwardActivations activations = model.forward(batch, recompute, null, work);
      Tensor hidden = activations.hidden();
      Tensor gradient = TensorOps.zeros(work, hidden.dtype(), hidden.shape());
      Said said =
          new TokenPolicy(model, temperature)
              .learn(
                  batch,
                  hidden,
                  gradient,
                  (from, part, byLogProb, byEntropy) -> {
                    if (policyLearns) {
                      fillGradient(layout, from, part, scale, byLogProb);
                      Arrays.fill(byEntropy, -entropyCoef * scale);
                    }
                  });
      buffer.requireSame(layout, said);
      double[] values =
          critic.learn(
              batch,
              hidden,
              gradient,
              layout.valueRows(),
              recompute,
              now -> valueGradient(layout, now, vfCoef * valueScale));
      if (policyLearns) {
        model.backward(activations, gradient);
      }
      if (gradients != null && part == null) {
        part = new Part(layout.rollouts(), gradients.norm() / (scale * rows.length));
      }
      PpoStatistics statistics = statistics(layout, said, values);
      seen = seen.plus(statistics);
      return sum(statistics);
    }
  }

  private RolloutLayout layout(BatchTensors batch) {
    return new RolloutLayout(
        batch.batch(), batch.labelledRows(), id -> buffer.get(id).values().length);
  }

  private Experience experience(RolloutLayout layout, int place) {
    return buffer.get(layout.id(place));
  }

  private LossSum sum(PpoStatistics statistics) {
    double mean =
        statistics.policyLoss()
            + vfCoef * statistics.valueLoss()
            - entropyCoef * statistics.entropy();
    return new LossSum(mean * statistics.tokens(), statistics.tokens());
  }

  @Override
  public LossSum loss(BoundModel model, BatchTensors batch) {
    RolloutLayout layout = layout(batch);
    try (TensorScope work = model.workScope()) {
      Tensor hidden = model.hidden(batch, work);
      Said said = new TokenPolicy(model, temperature).said(batch, hidden);
      double[] values = critic.values(batch, hidden, layout.valueRows());
      return sum(statistics(layout, said, values));
    }
  }

  private void fillGradient(
      RolloutLayout layout, int from, Said said, double scale, double[] gradient) {
    for (int d = 0; d < layout.rollouts(); d++) {
      int first = Math.max(from, layout.firstLabel(d));
      int end = Math.min(from + gradient.length, layout.firstLabel(d + 1));
      for (int i = first; i < end; i++) {
        gradient[i - from] =
            scale
                * policyLoss.gradient(
                    experience(layout, d), i - layout.firstLabel(d), said.logProbs()[i - from]);
      }
    }
  }

  private double[] valueGradient(RolloutLayout layout, double[] values, double scale) {
    double[] gradient = new double[values.length];
    for (int d = 0; d < layout.rollouts(); d++) {
      Experience experience = experience(layout, d);
      int first = layout.firstValue(d);
      for (int t = 0; t < experience.values().length; t++) {
        gradient[first + t] =
            scale
                * valueLoss.gradient(
                    values[first + t], experience.values()[t], experience.returns()[t]);
      }
    }
    return gradient;
  }

  private PpoStatistics statistics(RolloutLayout layout, Said said, double[] values) {
    PpoStatistics all = PpoStatistics.NONE;
    for (int d = 0; d < layout.rollouts(); d++) {
      Experience experience = experience(layout, d);
      for (int t = 0; t < experience.logProbs().length; t++) {
        int i = layout.firstLabel(d) + t;
        all = all.plus(ofToken(experience, t, said.logProbs()[i], said.entropies()[i]));
      }
      for (int t = 0; t < experience.values().length; t++) {
        double value = values[layout.firstValue(d) + t];
        all = all.plus(ofValue(value, experience.values()[t], experience.returns()[t]));
      }
    }
    return all;
  }

  private PpoStatistics ofToken(Experience experience, int t, double logProb, double entropy) {
    double old = experience.logProbs()[t];
    return new PpoStatistics(
        policyLoss.of(experience, t, logProb),
        0,
        policyLoss.isClipped(experience, t, logProb) ? 1 : 0,
        0,
        new PpoStatistics.ApproxKl(
            KlEstimator.K1.of(old, logProb),
            KlEstimator.K2.of(old, logProb),
            KlEstimator.K3.of(old, logProb)),
        Math.exp(logProb - old),
        entropy,
        1,
        0);
  }

  private PpoStatistics ofValue(double value, double old, double wanted) {
    return new PpoStatistics(
        0,
        valueLoss.of(value, old, wanted),
        0,
        valueLoss.isClipped(value, old, wanted) ? 1 : 0,
        new PpoStatistics.ApproxKl(0, 0, 0),
        0,
        0,
        0,
        1);
  }
}
