package org.tune4j.rlhf.ppo;

import static org.tune4j.engine.Wanted.require;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.train.StepResult;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.train.TrainStep;
import org.tune4j.engine.trainer.TrainedAdapter;
import org.tune4j.rlhf.rollout.Rollout;
import org.tune4j.rlhf.rollout.ScoredRollout;

/**
 * PPO an update at a time, for who samples and scores himself: TRL 0.7's {@code
 * PPOTrainer.step(queries, responses, scores)}. The learning rate is constant; nothing is saved but
 * what the caller saves of {@link #policy}. Close it.
 */
public final class PpoSteps implements AutoCloseable {
  private final TrainConfig train;
  private final PpoConfig config;
  private final PpoParts parts;
  private final TensorScope scope;
  private final Optimizer optimizer;
  private final TrainStep step;
  private int updates;
  private long steps;
  private long rollouts;

  /**
   * Begins.
   *
   * @param base that the policy begins as, and that is the reference
   * @throws ConfigException if {@code train} has what has no meaning here, or the base computes in
   *     fp16, whose gradients vanish without a loss scale
   */
  public PpoSteps(CausalLm base, PolicyFactory policy, TrainConfig train, PpoConfig config) {
    PolicySettings.requireFit(train);
    boolean scaled = base.dtype() == DType.FLOAT16;
    require(!scaled, "precision", "one that needs no loss scale for steps by hand", base.dtype());
    this.train = train;
    this.config = config;
    this.parts =
        new PpoParts(base, policy, new CriticModel.Head(base.architecture()), null, train, config);
    this.scope = base.scope().nested();
    TrainedAdapter trained = parts.policy();
    try {
      this.optimizer = PolicySettings.optimizer(train, trained, scope);
    } catch (RuntimeException e) {
      scope.close();
      parts.close();
      throw e;
    }
    this.step =
        new TrainStep(
            trained.model(),
            trained.weights(),
            trained.objective(parts.objective()),
            optimizer,
            train.recompute(),
            train.maxGradNorm(),
            train.seed());
  }

  /** The policy as it is. */
  public TrainedAdapter policy() {
    return parts.policy();
  }

  /**
   * Makes an update.
   *
   * @param queries token ids
   * @param responses token ids, the one that ends each included
   * @param ended whether the policy ended each itself
   * @param scores one each
   * @return what is told of it (see {@code docs/rlhf.md}), but for the sampler, which is not known
   * @throws ConfigException if they are not equally many
   * @throws NumericalException if too few have a score, or a step's numbers are not finite; what
   *     was learned until then stays
   */
  public Map<String, Double> step(
      List<int[]> queries, List<int[]> responses, boolean[] ended, double[] scores) {
    int count = queries.size();
    if (responses.size() != count || ended.length != count || scores.length != count) {
      throw new ConfigException(
          "a step: %d queries, %d responses, %d ends, %d scores; wanted equally many"
              .formatted(count, responses.size(), ended.length, scores.length));
    }
    List<ScoredRollout> scored = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Rollout rollout =
          new Rollout(
              rollouts++,
              queries.get(i),
              responses.get(i),
              ended[i],
              new double[responses.get(i).length]);
      scored.add(new ScoredRollout(rollout, null, "", scores[i]));
    }
    parts.update().begin(updates++, scored, new double[0]);
    learn();
    Map<String, Double> told = parts.update().told();
    told.remove("rollout/sampler_gap");
    return told;
  }

  private void learn() {
    List<List<EncodedExample>> rows = parts.update().documents();
    int perStep = train.gradientAccumulationSteps();
    for (int from = 0; from < rows.size() && !parts.update().isOver(); from += perStep) {
      List<Batch> microBatches =
          rows.subList(from, from + perStep).stream().map(Batch::of).toList();
      StepResult result =
          step.run(microBatches, steps++, train.learningRate(), Double.POSITIVE_INFINITY);
      if (result.outcome() != StepResult.Outcome.UPDATED) {
        throw new NumericalException(
            "Step %d: nothing was learned; loss %s, gradient norm %s"
                .formatted(result.step(), result.loss(), result.gradNorm()));
      }
      parts.update().after(result);
    }
  }

  @Override
  public void close() {
    optimizer.close();
    scope.close();
    parts.close();
  }
}
