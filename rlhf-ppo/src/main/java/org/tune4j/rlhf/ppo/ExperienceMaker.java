package org.tune4j.rlhf.ppo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.rlhf.advantage.Gae;
import org.tune4j.rlhf.advantage.KlEstimator;
import org.tune4j.rlhf.advantage.Spread;
import org.tune4j.rlhf.advantage.TokenRewards;
import org.tune4j.rlhf.advantage.Whitening;
import org.tune4j.rlhf.policy.Critic;
import org.tune4j.rlhf.policy.Said;
import org.tune4j.rlhf.policy.TokenPolicy;
import org.tune4j.rlhf.rollout.Experience;
import org.tune4j.rlhf.rollout.Rollout;
import org.tune4j.rlhf.rollout.RolloutLayout;

/**
 * From rollouts and their scores to what there is to learn: log-probabilities of policy and
 * reference, values, rewards, advantages.
 */
public final class ExperienceMaker {
  private final BoundModel policy;
  private final BoundModel reference;
  private final Critic critic;
  private final PpoConfig config;

  /**
   * What was made, with what is told of it, in the same order.
   *
   * @param klPerResponse k1 of the policy from the reference, in nats
   * @param entropyPerResponse of the policy's choices, in nats
   * @param rewardPerResponse scores less penalties
   * @param advantageDeviation standard deviation of the advantages before they were whitened
   * @param samplerGap largest difference of the log-probabilities that the sampler saw from those
   *     of the pass that is learned from, at temperature 1, in the first micro-batch
   */
  public record Made(
      List<Experience> experiences,
      double[] klPerResponse,
      double[] entropyPerResponse,
      double[] rewardPerResponse,
      double advantageDeviation,
      double samplerGap) {}

  /**
   * A maker.
   *
   * @param reference of the policy's vocabulary
   */
  public ExperienceMaker(BoundModel policy, BoundModel reference, Critic critic, PpoConfig config) {
    this.policy = policy;
    this.reference = reference;
    this.critic = critic;
    this.config = config;
  }

  /** What is known of a rollout before there are advantages. */
  private record Looked(
      Rollout rollout, double[] logProbs, double[] refLogProbs, double[] values, double entropy) {
    double kl() {
      double sum = 0;
      for (int t = 0; t < logProbs.length; t++) {
        sum += KlEstimator.K1.of(logProbs[t], refLogProbs[t]);
      }
      return sum;
    }
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
    List<Looked> looked = new ArrayList<>();
    microBatches.forEach(rollouts -> looked.addAll(look(rollouts)));
    List<double[]> rewards = new ArrayList<>();
    for (int i = 0; i < looked.size(); i++) {
      Looked each = looked.get(i);
      double score = scores[i] - (each.rollout.ended() ? 0 : config.missingEosPenalty());
      rewards.add(
          TokenRewards.of(
              each.logProbs,
              each.refLogProbs,
              score,
              klCoef,
              config.klEstimator(),
              each.values.length));
    }
    double[] total = rewards.stream().mapToDouble(each -> Arrays.stream(each).sum()).toArray();
    if (config.whitenRewards()) {
      rewards = Whitening.of(rewards, false);
    }
    List<double[]> advantages = new ArrayList<>();
    List<double[]> returns = new ArrayList<>();
    for (int i = 0; i < looked.size(); i++) {
      Looked each = looked.get(i);
      double[] raw = Gae.advantages(rewards.get(i), each.values, config.gamma(), config.lam());
      returns.add(Gae.returns(raw, each.values));
      advantages.add(Arrays.copyOf(raw, each.logProbs.length));
    }
    List<double[]> white = Whitening.of(advantages, true);
    List<Experience> experiences = new ArrayList<>();
    for (int i = 0; i < looked.size(); i++) {
      Looked each = looked.get(i);
      experiences.add(
          new Experience(
              each.rollout,
              each.logProbs,
              each.refLogProbs,
              white.get(i),
              each.values,
              returns.get(i)));
    }
    return new Made(
        experiences,
        looked.stream().mapToDouble(Looked::kl).toArray(),
        looked.stream().mapToDouble(Looked::entropy).toArray(),
        total,
        Spread.deviation(advantages),
        samplerGap(microBatches.get(0)));
  }

  private double samplerGap(List<Rollout> rollouts) {
    double gap = 0;
    try (TensorScope work = policy.workScope()) {
      Pass pass = new Pass(policy, rollouts, work);
      Said said = new TokenPolicy(policy, 1).said(pass.uploaded, pass.hidden);
      for (int place = 0; place < pass.layout.rollouts(); place++) {
        double[] now = pass.layout.ofLabels(said.logProbs(), place);
        double[] sampler = pass.rollout(place).logProbs();
        for (int t = 0; t < now.length; t++) {
          gap = Math.max(gap, Math.abs(now[t] - sampler[t]));
        }
      }
    }
    return gap;
  }

  /** A pass of the policy over rollouts, and where they lie in it. */
  private final class Pass {
    private final Map<Long, Rollout> byId;
    private final Batch batch;
    private final BatchTensors uploaded;
    private final RolloutLayout layout;
    private final Tensor hidden;

    Pass(BoundModel model, List<Rollout> rollouts, TensorScope work) {
      this.byId = rollouts.stream().collect(Collectors.toMap(Rollout::id, Function.identity()));
      this.batch = Batch.of(rollouts.stream().map(RolloutLayout::document).toList());
      this.uploaded = model.upload(batch, work);
      this.layout =
          new RolloutLayout(
              uploaded.batch(), uploaded.labelledRows(), id -> positions(byId.get(id)));
      this.hidden = model.hidden(uploaded, work);
    }

    Rollout rollout(int place) {
      return byId.get(layout.id(place));
    }
  }

  private List<Looked> look(List<Rollout> rollouts) {
    Map<Long, Looked> looked = new HashMap<>();
    try (TensorScope work = policy.workScope()) {
      Pass pass = new Pass(policy, rollouts, work);
      RolloutLayout layout = pass.layout;
      Said said = new TokenPolicy(policy, config.temperature()).said(pass.uploaded, pass.hidden);
      double[] values = critic.values(pass.uploaded, pass.hidden, layout.valueRows());
      Said other =
          new TokenPolicy(reference, config.temperature()).said(reference.upload(pass.batch, work));
      for (int place = 0; place < layout.rollouts(); place++) {
        looked.put(
            layout.id(place),
            new Looked(
                pass.rollout(place),
                layout.ofLabels(said.logProbs(), place),
                layout.ofLabels(other.logProbs(), place),
                layout.ofValues(values, place),
                DoubleStream.of(layout.ofLabels(said.entropies(), place)).sum()));
      }
    }
    return rollouts.stream().map(rollout -> looked.get(rollout.id())).toList();
  }

  private int positions(Rollout rollout) {
    return config.scorePlacement().positions(rollout.response().length, config.responseLength());
  }
}
