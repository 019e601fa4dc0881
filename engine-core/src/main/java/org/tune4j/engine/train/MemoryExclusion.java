package org.tune4j.engine.train;

import java.util.Locale;
import java.util.function.Predicate;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TrainedStorage;
import org.tune4j.engine.adapt.TrainedStorage.Gradients;
import org.tune4j.engine.adapt.TrainedStorage.Masters;
import org.tune4j.engine.optim.Ema;
import org.tune4j.engine.optim.OptimizerConfig;
import org.tune4j.engine.optim.ScheduleFreeAdamW;

/** Which settings of memory exclude which others, and why. docs/memory.md has the same table. */
public enum MemoryExclusion {
  RELEASED_AND_CLIPPING(
      "gradients = released",
      "max_grad_norm > 0",
      "the norm of all gradients is known only once all are there",
      run -> run.gradients() == Gradients.RELEASED && run.maxGradNorm() > 0),
  RELEASED_AND_ACCUMULATION(
      "gradients = released",
      "gradient_accumulation_steps > 1",
      "an update is made in the backward pass of its one micro-batch",
      run -> run.gradients() == Gradients.RELEASED && run.accumulation() > 1),
  RELEASED_AND_SPIKES(
      "gradients = released",
      "loss_spike = skip",
      "blocks are updated before the step is judged",
      run ->
          run.gradients() == Gradients.RELEASED && run.lossSpike() == TrainConfig.LossSpike.SKIP),
  NARROW_AND_ADVERSARIAL(
      "gradients other than fp32",
      "adversarial_epsilon > 0",
      "it goes backward twice in an update",
      run -> run.gradients() != Gradients.FP32 && run.adversarial()),
  COMPUTE_AND_ACCUMULATION(
      "gradients = compute",
      "gradient_accumulation_steps > 1",
      "each micro-batch's sum would be rounded to bf16",
      run -> run.gradients() == Gradients.COMPUTE && run.accumulation() > 1),
  PARTS_AND_ANCHOR(
      Names.PARTS,
      "ewc or l2_to_start",
      "their penalty is of whole masters and gradients",
      run -> run.isInParts() && run.held()),
  PARTS_AND_SCHEDULE_FREE(
      Names.PARTS,
      "optim = schedule_free_adamw",
      "its mean of weights takes the place of whole masters, which wait where gradients are",
      run -> run.isInParts() && run.optimizer() instanceof ScheduleFreeAdamW.Settings),
  SPLIT_AND_EMA(
      "master_weights other than fp32",
      "ema_decay",
      "the average takes the place of whole masters",
      run ->
          run.memory().storage().masters() != Masters.FP32
              && run.optimizer() instanceof Ema.Settings),
  PARTS_AND_ADAPTERS(
      Names.PARTS,
      "an adapter (LoRA, prefix tuning)",
      "an adapter is small; its base is not trained",
      run -> run.isInParts() && run.adapter());

  /**
   * What memory settings are looked at beside.
   *
   * @param accumulation micro-batches of an update
   * @param held whether weights are held near others
   * @param adapter whether an adapter is trained, and not the model itself
   */
  record Beside(
      MemorySettings memory,
      OptimizerConfig optimizer,
      double maxGradNorm,
      int accumulation,
      TrainConfig.LossSpike lossSpike,
      boolean held,
      boolean adversarial,
      boolean adapter) {
    Gradients gradients() {
      return memory.storage().gradients();
    }

    boolean isInParts() {
      return !memory.storage().equals(TrainedStorage.PLAIN);
    }
  }

  private final String one;
  private final String other;
  private final String reason;
  private final Predicate<Beside> both;

  MemoryExclusion(String one, String other, String reason, Predicate<Beside> both) {
    this.one = one;
    this.other = other;
    this.reason = reason;
    this.both = both;
  }

  /** The pair and the reason, as a row of a Markdown table. */
  public String row() {
    return String.format(Locale.ROOT, "| `%s` | `%s` | %s |", one, other, reason);
  }

  /**
   * Refuses a run that has both of a pair.
   *
   * @throws ConfigException naming the pair and the reason
   */
  static void check(Beside run) {
    for (MemoryExclusion each : values()) {
      if (each.both.test(run)) {
        throw new ConfigException(
            "%s and %s exclude each other: %s".formatted(each.one, each.other, each.reason));
      }
    }
  }

  /**
   * Refuses what a run is besides its configuration.
   *
   * @param held whether weights are held near others
   * @param adapter whether an adapter is trained, and not the model itself
   * @throws ConfigException naming the pair and the reason
   */
  public static void check(TrainConfig config, boolean held, boolean adversarial, boolean adapter) {
    check(
        new Beside(
            config.memory(),
            config.optimizer(),
            config.maxGradNorm(),
            config.gradientAccumulationSteps(),
            config.lossSpike(),
            held,
            adversarial,
            adapter));
  }

  /** What is not held as plain fp32. */
  private static final class Names {
    static final String PARTS = "master_weights or gradients other than fp32";
  }
}
