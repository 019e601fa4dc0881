package org.tune4j.rlhf.ppo;

import java.io.IOException;
import java.util.Optional;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.trainer.TrainedAdapter;
import org.tune4j.rlhf.loss.PpoObjective;
import org.tune4j.rlhf.rollout.RolloutBuffer;

/**
 * Policy, reference and critic over one base, and what learns: the same for a run and for steps by
 * hand.
 */
final class PpoParts implements AutoCloseable {
  private final TrainedAdapter policy;
  private final CriticModel.Bound critic;
  private final BoundModel own;
  private final PpoObjective objective;
  private final PpoUpdate update;

  /**
   * Makes them.
   *
   * @param reference null for the base, which the policy has to begin as
   */
  PpoParts(
      CausalLm base,
      PolicyFactory factory,
      CriticModel critic,
      BoundModel reference,
      TrainConfig train,
      PpoConfig config) {
    this.policy = factory.create(base, train.seed(), critic.trainables());
    CriticModel.Bound bound = null;
    BoundModel bare = null;
    try {
      bound = critic.bind(policy.weights(), train.seed());
      bare = reference == null ? new BoundModel(base, null, null) : null;
      this.critic = bound;
      this.own = bare;
      RolloutBuffer buffer = new RolloutBuffer();
      this.objective = config.objective(bound.critic(), buffer);
      if (train.gradientAccumulationSteps() > 1) {
        objective.measureParts(policy.weights());
      }
      this.update =
          new PpoUpdate(
              config,
              train.seed(),
              train.gradientAccumulationSteps(),
              new ExperienceMaker(
                  policy.model(), bare == null ? reference : bare, bound.critic(), config),
              objective,
              buffer,
              reference == null);
    } catch (RuntimeException | Error e) {
      close(policy, bound, bare);
      throw e;
    }
  }

  TrainedAdapter policy() {
    return policy;
  }

  /**
   * Writes the policy, and what of the critic belongs beside it.
   *
   * @param basePath where the base lies
   */
  void writeTo(NewFolder folder, String basePath) throws IOException {
    policy.writeTo(folder, basePath);
    critic.export().writeTo(folder);
  }

  /** Writes a critic that is a model of its own. */
  Optional<AtomicFolder.Content> critic() {
    return critic.model();
  }

  PpoObjective objective() {
    return objective;
  }

  PpoUpdate update() {
    return update;
  }

  @Override
  public void close() {
    close(policy, critic, own);
  }

  private static void close(TrainedAdapter policy, CriticModel.Bound critic, BoundModel own) {
    if (own != null) {
      own.close();
    }
    if (critic != null) {
      critic.close();
    }
    policy.close();
  }
}
