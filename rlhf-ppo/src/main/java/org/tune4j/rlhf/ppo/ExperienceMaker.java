package org.tune4j.rlhf.ppo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.rlhf.advantage.Gae;
import org.tune4j.rlhf.advantage.Spread;
import org.tune4j.rlhf.advantage.TokenRewards;
import org.tune4j.rlhf.advantage.Whitening;
import org.tune4j.rlhf.policy.Critic;
import org.tune4j.rlhf.ppo.RolloutLook.Looked;
import org.tune4j.rlhf.rollout.Experience;
import org.tune4j.rlhf.rollout.Rollout;

/**
 * From rollouts and their scores to what there is to learn: log-probabilities of policy and
 * reference, values, rewards, advantages.
 */
public final class ExperienceMaker {
  private final RolloutLook look;
  private final PpoConfig config;

  /**
   * What was made, with what is told of it, in the same order.
   *
   * @param klPerResponse k1 of the policy from the reference, in nats
   * @param entropyPerResponse of the policy's choices, in nats
   * @param rewardPerResponse scores and penalties
   * @param penaltyPerResponse what rewards have besides scores: usually below 0
   * @param advantageDeviation standard deviation of the advantages before they were whitened
   * @param samplerGap largest difference of the log-probabilities that the sampler saw from those
   *     of the pass that is learned from, at temperature 1, in the first micro-batch
   */
  public record Made(
      List<Experience> experiences,
      double[] klPerResponse,
      double[] entropyPerResponse,
      double[] rewardPerResponse,
      double[] penaltyPerResponse,
      double advantageDeviation,
      double samplerGap) {}

  /**
   * A maker.
   *
   * @param reference of the policy's vocabulary
   */
  public ExperienceMaker(BoundModel policy, BoundModel reference, Critic critic, PpoConfig config) {
    this.look = new RolloutLook(policy, reference, critic, config.temperature());
    this.config = config;
  }

  /**
   * Makes them.
   *
   * @param microBatches the rollouts, as they are divided when they are learned from first: they
   *     give the very same numbers then
   * @param scores of all of them, in their order
   * @param klCoef what a nat of leaving the reference costs now
   */
  public Made make(List<List<Rollout>> microBatches, double[] scores, double klCoef) {
    List<Looked> looked = look.at(microBatches, this::positions);
    List<double[]> rewards = new ArrayList<>();
    for (int i = 0; i < looked.size(); i++) {
      Looked each = looked.get(i);
      double score = scores[i] - (each.rollout().ended() ? 0 : config.missingEosPenalty());
      rewards.add(
          TokenRewards.of(
              each.logProbs(),
              each.refLogProbs(),
              score,
              klCoef,
              config.klEstimator(),
              each.values().length));
    }
    double[] total = rewards.stream().mapToDouble(each -> Arrays.stream(each).sum()).toArray();
    double[] penalties = total.clone();
    Arrays.setAll(penalties, i -> total[i] - scores[i]);
    if (config.whitenRewards()) {
      rewards = Whitening.of(rewards, false);
    }
    List<double[]> advantages = new ArrayList<>();
    List<double[]> returns = new ArrayList<>();
    for (int i = 0; i < looked.size(); i++) {
      Looked each = looked.get(i);
      double[] raw = Gae.advantages(rewards.get(i), each.values(), config.gamma(), config.lam());
      returns.add(Gae.returns(raw, each.values()));
      advantages.add(Arrays.copyOf(raw, each.logProbs().length));
    }
    List<double[]> white = Whitening.of(advantages, true);
    List<Experience> experiences = new ArrayList<>();
    for (int i = 0; i < looked.size(); i++) {
      Looked each = looked.get(i);
      experiences.add(
          new Experience(
              each.rollout(),
              each.logProbs(),
              each.refLogProbs(),
              white.get(i),
              each.values(),
              returns.get(i)));
    }
    return new Made(
        experiences,
        looked.stream().mapToDouble(Looked::kl).toArray(),
        looked.stream().mapToDouble(Looked::entropy).toArray(),
        total,
        penalties,
        Spread.deviation(advantages),
        look.samplerGap());
  }

  private int positions(Rollout rollout) {
    return config.scorePlacement().positions(rollout.response().length, config.responseLength());
  }
}
