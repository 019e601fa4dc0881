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

  /** What was made, with what is told of it. */
  public record Made(
      List<Experience> experiences, double[] klPerResponse, double[] entropyPerResponse) {}

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
      Rollout rollout, double[] logProbs, double[] refLogProbs, double[] values, double entropy) {}

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
        looked.stream().mapToDouble(ExperienceMaker::kl).toArray(),
        looked.stream().mapToDouble(Looked::entropy).toArray());
  }

  private static double kl(Looked each) {
    double sum = 0;
    for (int t = 0; t < each.logProbs.length; t++) {
      sum += each.logProbs[t] - each.refLogProbs[t];
    }
    return sum;
  }

  private List<Looked> look(List<Rollout> rollouts) {
    Map<Long, Rollout> byId =
        rollouts.stream().collect(Collectors.toMap(Rollout::id, Function.identity()));
    Batch batch = Batch.of(rollouts.stream().map(RolloutLayout::document).toList());
    Map<Long, Looked> looked = new HashMap<>();
    try (TensorScope work = policy.workScope()) {
      BatchTensors uploaded = policy.upload(batch, work);
      RolloutLayout layout =
          new RolloutLayout(
              uploaded.batch(), uploaded.labelledRows(), id -> positions(byId.get(id)));
      Tensor hidden = policy.hidden(uploaded, work);
      Said said = new TokenPolicy(policy, config.temperature()).said(uploaded, hidden);
      double[] values = critic.values(uploaded, hidden, layout.valueRows());
      Said other =
          new TokenPolicy(reference, config.temperature()).said(reference.upload(batch, work));
      for (int place = 0; place < layout.rollouts(); place++) {
        looked.put(
            layout.id(place),
            new Looked(
                byId.get(layout.id(place)),
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
