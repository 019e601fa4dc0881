package org.tune4j.rlhf.ppo;

import java.io.IOException;
import java.util.Map;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.trainer.TrainedAdapter;

/**
 * What learns from scores.
 *
 * @param key of the method's configuration in the run's identity
 * @param writer writes what was learned
 * @param identity what the numbers depend on besides
 */
public record Learner(
    TrainedAdapter policy,
    Objective objective,
    RolloutUpdate update,
    String key,
    Record config,
    Writer writer,
    Map<String, String> identity) {
  /** One that is a policy alone. */
  public Learner(
      TrainedAdapter policy, Objective objective, RolloutUpdate update, String key, Record config) {
    this(policy, objective, update, key, config, policy::writeTo, Map.of());
  }

  /** Writes what was learned. */
  @FunctionalInterface
  public interface Writer {
    /**
     * Writes it.
     *
     * @param basePath what the files say the base model is
     */
    void writeTo(NewFolder folder, String basePath) throws IOException;
  }
}
