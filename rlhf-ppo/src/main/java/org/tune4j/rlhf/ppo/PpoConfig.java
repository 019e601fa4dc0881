package org.tune4j.rlhf.ppo;

import static org.tune4j.engine.Wanted.isAtLeastZero;
import static org.tune4j.engine.Wanted.isPositive;
import static org.tune4j.engine.Wanted.require;

import java.util.Objects;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.rlhf.advantage.KlEstimator;
import org.tune4j.rlhf.advantage.ScorePlacement;
import org.tune4j.rlhf.loss.ClippedPolicyLoss;
import org.tune4j.rlhf.loss.ClippedValueLoss;
import org.tune4j.rlhf.loss.PpoObjective;
import org.tune4j.rlhf.policy.Critic;
import org.tune4j.rlhf.rollout.AnswerLimit;
import org.tune4j.rlhf.rollout.RolloutBuffer;

/**
 * What proximal policy optimisation is told besides what every run is told, by the names of TRL's
 * {@code PPOConfig}; defaults are those of its last form.
 *
 * @param totalEpisodes responses of the whole run, in place of epochs; null for these
 * @param numPpoEpochs passes over the rollouts of an update
 * @param numMiniBatches optimizer steps of a pass; rollouts are divided among them
 * @param responseLength the most tokens of a response
 * @param temperature that the policy's scores are divided by, when it speaks and when it learns
 * @param klCoef what a nat of leaving the reference costs; at first, where there is a target
 * @param target nats of divergence a response that the coefficient seeks; null for a fixed one
 * @param horizon samples in which an error of 1 would double the coefficient
 * @param klEstimator of the penalty
 * @param gamma discount of later rewards
 * @param lam of generalised advantage estimation
 * @param cliprange how far a probability may change in an update, as a share
 * @param cliprangeValue how far a value may change in an update
 * @param vfCoef what the critic's loss is multiplied with
 * @param entropyCoef what a nat of entropy is worth
 * @param whitenRewards whether rewards are brought to variance 1
 * @param useScoreScaling whether scores are divided by the deviation of all scores so far
 * @param useScoreNorm whether their mean is taken from them before; only where they are scaled
 * @param scoreClip the largest score, either way, after that; null for none
 * @param missingEosPenalty what a response that was cut loses of its score
 * @param scorePlacement where the score stands
 * @param valueWarmupUpdates in so many first updates the critic alone learns
 * @param targetKl an update ends when k1 of the policy from itself before the update exceeds 1.5
 *     times this, in nats a token; null for never
 */
public record PpoConfig(
    Long totalEpisodes,
    int numPpoEpochs,
    int numMiniBatches,
    int responseLength,
    double temperature,
    double klCoef,
    Double target,
    double horizon,
    KlEstimator klEstimator,
    double gamma,
    double lam,
    double cliprange,
    double cliprangeValue,
    double vfCoef,
    double entropyCoef,
    boolean whitenRewards,
    boolean useScoreScaling,
    boolean useScoreNorm,
    Double scoreClip,
    double missingEosPenalty,
    ScorePlacement scorePlacement,
    int valueWarmupUpdates,
    Double targetKl) {
  public PpoConfig {
    Objects.requireNonNull(klEstimator, "klEstimator");
    Objects.requireNonNull(scorePlacement, "scorePlacement");
    require(totalEpisodes == null || totalEpisodes > 0, "total_episodes", "above 0", totalEpisodes);
    require(numPpoEpochs > 0, "num_ppo_epochs", "above 0", numPpoEpochs);
    require(numMiniBatches > 0, "num_mini_batches", "above 0", numMiniBatches);
    require(responseLength > 0, "response_length", "above 0", responseLength);
    require(isPositive(temperature), "temperature", "above 0", temperature);
    require(isAtLeastZero(klCoef), "kl_coef", "at least 0", klCoef);
    require(target == null || isPositive(target), "target", "above 0", target);
    require(target == null || klCoef > 0, "kl_coef", "above 0 where it seeks a target", klCoef);
    require(isPositive(horizon), "horizon", "above 0", horizon);
    require(gamma >= 0 && gamma <= 1, "gamma", "0 to 1", gamma);
    require(lam >= 0 && lam <= 1, "lam", "0 to 1", lam);
    require(isPositive(cliprange), "cliprange", "above 0", cliprange);
    require(isPositive(cliprangeValue), "cliprange_value", "above 0", cliprangeValue);
    require(isAtLeastZero(vfCoef), "vf_coef", "at least 0", vfCoef);
    require(isAtLeastZero(entropyCoef), "entropy_coef", "at least 0", entropyCoef);
    require(useScoreScaling || !useScoreNorm, "use_score_norm", "use_score_scaling with it", true);
    require(scoreClip == null || isPositive(scoreClip), "score_clip", "above 0", scoreClip);
    require(Double.isFinite(missingEosPenalty), "missing_eos_penalty", "finite", missingEosPenalty);
    require(valueWarmupUpdates >= 0, "value_warmup_updates", "at least 0", valueWarmupUpdates);
    require(targetKl == null || isPositive(targetKl), "target_kl", "above 0", targetKl);
  }

  /** Responses of an update. */
  public int rollouts(TrainConfig train) {
    return train.perDeviceTrainBatchSize() * train.gradientAccumulationSteps() * numMiniBatches;
  }

  /** Optimizer steps of an update. */
  public int steps() {
    return numPpoEpochs * numMiniBatches;
  }

  /** How the policy is asked. */
  public Sampling sampling(TrainConfig train) {
    AnswerLimit limit = new AnswerLimit("response_length", responseLength);
    return new Sampling(rollouts(train), steps(), 1, limit, temperature, false, totalEpisodes);
  }

  /**
   * The loss of its mini-batches.
   *
   * @param buffer with the experiences of the batches
   */
  public PpoObjective objective(Critic critic, RolloutBuffer buffer) {
    return new PpoObjective(
        new ClippedPolicyLoss(cliprange),
        new ClippedValueLoss(cliprangeValue),
        vfCoef,
        entropyCoef,
        temperature,
        critic,
        buffer);
  }

  /** A controller at its beginning. */
  KlController klController() {
    return target == null
        ? KlController.fixed(klCoef)
        : KlController.adaptive(klCoef, target, horizon);
  }

  /** The defaults, to be changed. */
  public static Builder builder() {
    return new Builder();
  }

  /** Sets what differs from the defaults. */
  public static final class Builder {
    private Long totalEpisodes;
    private int numPpoEpochs = 4;
    private int numMiniBatches = 1;
    private int responseLength = 53;
    private double temperature = 0.7;
    private double klCoef = 0.05;
    private Double target;
    private double horizon = 10000;
    private KlEstimator klEstimator = KlEstimator.K1;
    private double gamma = 1;
    private double lam = 0.95;
    private double cliprange = 0.2;
    private double cliprangeValue = 0.2;
    private double vfCoef = 0.1;
    private double entropyCoef;
    private boolean whitenRewards;
    private boolean useScoreScaling;
    private boolean useScoreNorm;
    private Double scoreClip;
    private double missingEosPenalty;
    private ScorePlacement scorePlacement = ScorePlacement.LAST_TOKEN;
    private int valueWarmupUpdates;
    private Double targetKl;

    private Builder() {}

    public Builder totalEpisodes(Long value) {
      totalEpisodes = value;
      return this;
    }

    public Builder numPpoEpochs(int value) {
      numPpoEpochs = value;
      return this;
    }

    public Builder numMiniBatches(int value) {
      numMiniBatches = value;
      return this;
    }

    public Builder responseLength(int value) {
      responseLength = value;
      return this;
    }

    public Builder temperature(double value) {
      temperature = value;
      return this;
    }

    public Builder klCoef(double value) {
      klCoef = value;
      return this;
    }

    public Builder target(Double value) {
      target = value;
      return this;
    }

    public Builder horizon(double value) {
      horizon = value;
      return this;
    }

    public Builder klEstimator(KlEstimator value) {
      klEstimator = value;
      return this;
    }

    public Builder gamma(double value) {
      gamma = value;
      return this;
    }

    public Builder lam(double value) {
      lam = value;
      return this;
    }

    public Builder cliprange(double value) {
      cliprange = value;
      return this;
    }

    public Builder cliprangeValue(double value) {
      cliprangeValue = value;
      return this;
    }

    public Builder vfCoef(double value) {
      vfCoef = value;
      return this;
    }

    public Builder entropyCoef(double value) {
      entropyCoef = value;
      return this;
    }

    public Builder whitenRewards(boolean value) {
      whitenRewards = value;
      return this;
    }

    public Builder useScoreScaling(boolean value) {
      useScoreScaling = value;
      return this;
    }

    public Builder useScoreNorm(boolean value) {
      useScoreNorm = value;
      return this;
    }

    public Builder scoreClip(Double value) {
      scoreClip = value;
      return this;
    }

    public Builder missingEosPenalty(double value) {
      missingEosPenalty = value;
      return this;
    }

    public Builder scorePlacement(ScorePlacement value) {
      scorePlacement = value;
      return this;
    }

    public Builder valueWarmupUpdates(int value) {
      valueWarmupUpdates = value;
      return this;
    }

    public Builder targetKl(Double value) {
      targetKl = value;
      return this;
    }

    public PpoConfig build() {
      return new PpoConfig(
          totalEpisodes,
          numPpoEpochs,
          numMiniBatches,
          responseLength,
          temperature,
          klCoef,
          target,
          horizon,
          klEstimator,
          gamma,
          lam,
          cliprange,
          cliprangeValue,
          vfCoef,
          entropyCoef,
          whitenRewards,
          useScoreScaling,
          useScoreNorm,
          scoreClip,
          missingEosPenalty,
          scorePlacement,
          valueWarmupUpdates,
          targetKl);
    }
  }
}
