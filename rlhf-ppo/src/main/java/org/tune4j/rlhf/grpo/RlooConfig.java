package org.tune4j.rlhf.grpo;

import static org.tune4j.engine.Wanted.isAtLeastZero;
import static org.tune4j.engine.Wanted.isPositive;
import static org.tune4j.engine.Wanted.require;

import java.util.Arrays;
import java.util.List;
import org.tune4j.rlhf.advantage.GroupAdvantages;
import org.tune4j.rlhf.loss.ClippedSurrogate;
import org.tune4j.rlhf.loss.LossNormaliser;
import org.tune4j.rlhf.loss.RatioLevel;
import org.tune4j.rlhf.loss.ResponseLoss;
import org.tune4j.rlhf.ppo.RolloutLook.Looked;

/**
 * What REINFORCE with leave-one-out baselines (Ahmadian et al., 2024) is told besides what every
 * run is told, by the names and with the defaults of TRL's {@code RLOOConfig}.
 *
 * @param generation how the policy is asked
 * @param beta what a nat of leaving the reference takes from the reward (k1); 0 for no reference
 * @param epsilon how far the probability of a response may fall in an update, as a share
 * @param epsilonHigh how far it may rise; null for as far
 * @param rewardClipRange the smallest and largest reward; null for none
 * @param normalizeAdvantages whether advantages are brought to mean 0 and variance 1
 */
public record RlooConfig(
    GenerationSettings generation,
    double beta,
    double epsilon,
    Double epsilonHigh,
    ClipRange rewardClipRange,
    boolean normalizeAdvantages)
    implements CriticFreeConfig {
  /** Bounds of a reward. */
  public record ClipRange(double min, double max) {
    public ClipRange {
      require(min < max, "reward_clip_range", "the smaller one first", min + ", " + max);
    }

    double of(double reward) {
      return Math.max(min, Math.min(max, reward));
    }
  }

  public RlooConfig {
    require(isAtLeastZero(beta), "beta", "at least 0", beta);
    require(isPositive(epsilon), "epsilon", "above 0", epsilon);
    require(epsilonHigh == null || isPositive(epsilonHigh), "epsilon_high", "above 0", epsilonHigh);
    require(
        generation.numGenerations() > 1, "num_generations", "above 1", generation.numGenerations());
  }

  @Override
  public CriticFreeMethod method() {
    return new CriticFreeMethod(
        (looked, scores, greedy) -> Advantages.ofResponses(looked, advantages(looked, scores)),
        new ResponseLoss(
            new ClippedSurrogate(
                epsilon, epsilonHigh == null ? epsilon : epsilonHigh, Double.POSITIVE_INFINITY),
            RatioLevel.SEQUENCE_PRODUCT,
            0,
            false),
        LossNormaliser.RESPONSES,
        false,
        beta > 0,
        0,
        SamplerCorrection.NONE);
  }

  private double[] advantages(List<Looked> looked, double[] scores) {
    double[] rewards = new double[scores.length];
    Arrays.setAll(
        rewards,
        i ->
            (rewardClipRange == null ? scores[i] : rewardClipRange.of(scores[i]))
                - beta * kl(looked.get(i)));
    return GroupAdvantages.leaveOneOut(rewards, generation.numGenerations(), normalizeAdvantages);
  }

  /** None of an answer that is masked, as in TRL: its tokens count nowhere. */
  private double kl(Looked looked) {
    boolean masked = generation.maskTruncatedCompletions() && !looked.rollout().ended();
    return masked ? 0 : looked.kl();
  }

  /** The defaults, to be changed. */
  public static Builder builder() {
    return new Builder();
  }

  /** Sets what differs from the defaults. */
  public static final class Builder extends GenerationSettings.Builder<Builder> {
    private double beta = 0.05;
    private double epsilon = 0.2;
    private Double epsilonHigh;
    private ClipRange rewardClipRange;
    private boolean normalizeAdvantages;

    private Builder() {
      super(2);
    }

    @Override
    Builder self() {
      return this;
    }

    public Builder beta(double value) {
      beta = value;
      return this;
    }

    public Builder epsilon(double value) {
      epsilon = value;
      return this;
    }

    public Builder epsilonHigh(Double value) {
      epsilonHigh = value;
      return this;
    }

    public Builder rewardClipRange(ClipRange value) {
      rewardClipRange = value;
      return this;
    }

    public Builder normalizeAdvantages(boolean value) {
      normalizeAdvantages = value;
      return this;
    }

    public RlooConfig build() {
      return new RlooConfig(
          generation(), beta, epsilon, epsilonHigh, rewardClipRange, normalizeAdvantages);
    }
  }
}
