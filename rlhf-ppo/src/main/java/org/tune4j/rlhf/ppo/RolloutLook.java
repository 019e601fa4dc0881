package org.tune4j.rlhf.ppo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.rlhf.advantage.KlEstimator;
import org.tune4j.rlhf.policy.Critic;
import org.tune4j.rlhf.policy.Said;
import org.tune4j.rlhf.policy.TokenPolicy;
import org.tune4j.rlhf.rollout.Rollout;
import org.tune4j.rlhf.rollout.RolloutLayout;

/** Looks at rollouts with policy, reference and critic, before anything is learned from them. */
public final class RolloutLook {
  private final BoundModel policy;
  private final BoundModel reference;
  private final Critic critic;
  private final double temperature;
  private double samplerGap;

  /**
   * One that looks.
   *
   * @param reference null for none: the policy is taken for its own
   * @param critic null for none
   * @param temperature of the policy
   */
  public RolloutLook(BoundModel policy, BoundModel reference, Critic critic, double temperature) {
    this.policy = policy;
    this.reference = reference;
    this.critic = critic;
    this.temperature = temperature;
  }

  /**
   * What is known of a rollout before there are advantages.
   *
   * @param values of the critic; empty without one
   * @param entropy of the policy's choices, in nats a response
   */
  public record Looked(
      Rollout rollout, double[] logProbs, double[] refLogProbs, double[] values, double entropy) {
    /** k1 of the policy from its reference, in nats a response. */
    public double kl() {
      return KlEstimator.K1.sum(logProbs, refLogProbs);
    }
  }

  /**
   * Refuses a policy that was to begin as its reference and does not.
   *
   * @param klPerResponse k1 of the policy from the reference, before anything was learned
   */
  public static void requireNoDistance(double[] klPerResponse) {
    double most = DoubleStream.of(klPerResponse).map(Math::abs).max().orElse(0);
    if (most != 0) {
      throw new ConfigException(
          "reference: before the first update the policy differs from the base by %s nats a response, and is to begin as it; give one that does not the model that it begins as for its reference"
              .formatted(most));
    }
  }

  /**
   * Looks at rollouts.
   *
   * @param microBatches the rollouts, as they are divided when they are learned from first: they
   *     give the very same numbers then
   * @param positions how many states of a rollout have values; 0 without a critic
   * @return in their order
   */
  public List<Looked> at(List<List<Rollout>> microBatches, ToIntFunction<Rollout> positions) {
    List<Looked> looked = new ArrayList<>();
    for (List<Rollout> rollouts : microBatches) {
      looked.addAll(look(rollouts, positions, looked.isEmpty()));
    }
    return looked;
  }

  private List<Looked> look(
      List<Rollout> rollouts, ToIntFunction<Rollout> positions, boolean measuresGap) {
    Map<Long, Looked> looked = new HashMap<>();
    try (TensorScope work = policy.workScope()) {
      Pass pass = new Pass(policy, rollouts, positions, work);
      RolloutLayout layout = pass.layout;
      Said said = new TokenPolicy(policy, temperature).said(pass.uploaded, pass.hidden);
      if (measuresGap) {
        samplerGap =
            gap(
                pass,
                temperature == 1
                    ? said
                    : new TokenPolicy(policy, 1).said(pass.uploaded, pass.hidden));
      }
      double[] values =
          critic == null
              ? new double[0]
              : critic.values(pass.uploaded, pass.hidden, layout.valueRows());
      Said other =
          reference == null
              ? said
              : new TokenPolicy(reference, temperature).said(reference.upload(pass.batch, work));
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

  /**
   * The largest difference of the log-probabilities that the sampler saw from those of the pass
   * that is learned from, at temperature 1, in the first micro-batch that was looked at last.
   */
  public double samplerGap() {
    return samplerGap;
  }

  /**
   * @param said at temperature 1
   */
  private static double gap(Pass pass, Said said) {
    double gap = 0;
    for (int place = 0; place < pass.layout.rollouts(); place++) {
      double[] now = pass.layout.ofLabels(said.logProbs(), place);
      double[] sampler = pass.rollout(place).logProbs();
      for (int t = 0; t < now.length; t++) {
        gap = Math.max(gap, Math.abs(now[t] - sampler[t]));
      }
    }
    return gap;
  }

  /** A pass of the policy over rollouts, and where they lie in it. */
  private static final class Pass {
    private final Map<Long, Rollout> byId;
    private final Batch batch;
    private final BatchTensors uploaded;
    private final RolloutLayout layout;
    private final Tensor hidden;

    Pass(
        BoundModel model,
        List<Rollout> rollouts,
        ToIntFunction<Rollout> positions,
        TensorScope work) {
      this.byId = rollouts.stream().collect(Collectors.toMap(Rollout::id, Function.identity()));
      this.batch = Batch.of(rollouts.stream().map(RolloutLayout::document).toList());
      this.uploaded = model.upload(batch, work);
      this.layout =
          new RolloutLayout(
              uploaded.batch(), uploaded.labelledRows(), id -> positions.applyAsInt(byId.get(id)));
      this.hidden = model.hidden(uploaded, work);
    }

    Rollout rollout(int place) {
      return byId.get(layout.id(place));
    }
  }
}
