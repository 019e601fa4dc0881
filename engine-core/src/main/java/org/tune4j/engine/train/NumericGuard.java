package org.tune4j.engine.train;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.train.NumericFault.Action;
import org.tune4j.engine.train.NumericFault.Kind;
import org.tune4j.engine.train.StepResult.Outcome;

/**
 * What is done about steps whose numbers are not fit to learn from: each is passed over; after
 * three in a row the run goes back to the weights of an earlier checkpoint and on with the batches
 * that follow; when it went back three times already, or there is no such checkpoint, it gives up.
 */
final class NumericGuard {
  private static final int IN_A_ROW = 3;
  private static final int MOST_REWINDS = 3;

  private final TrainConfig.LossSpike onSpike;
  private final BoundModel model;
  private final TrainableTensors trained;
  private final TrainCheckpoints checkpoints;

  NumericGuard(
      TrainConfig.LossSpike onSpike,
      BoundModel model,
      TrainableTensors trained,
      TrainCheckpoints checkpoints) {
    this.onSpike = onSpike;
    this.model = model;
    this.trained = trained;
    this.checkpoints = checkpoints;
  }

  /** A higher loss is not learned from. */
  double lossLimit(Faults before) {
    return onSpike == TrainConfig.LossSpike.SKIP
        ? before.window().limit()
        : Double.POSITIVE_INFINITY;
  }

  /**
   * A step that was judged.
   *
   * @param fault what was wrong, if something was, and what was done
   * @param faults those of the run, this one included
   */
  record Judged(Optional<NumericFault> fault, Faults faults) {}

  /** Judges a step, and goes back to an earlier checkpoint's weights where that is due. */
  Judged judge(StepResult result, List<Batch> batch, TrainState state) {
    Faults before = state.faults();
    if (result.outcome() == Outcome.OVERFLOW) {
      // The loss scaler's ordinary business, as long as it can back off.
      return new Judged(Optional.empty(), before);
    }
    boolean spike = result.loss() > before.window().limit();
    if (result.outcome() == Outcome.UPDATED) {
      return new Judged(
          spike ? Optional.of(fault(result, batch, before, Action.TOLD)) : Optional.empty(),
          before.afterUpdate(result.loss()));
    }
    Faults after = before.afterSkip();
    if (after.inARow() < IN_A_ROW) {
      return new Judged(Optional.of(fault(result, batch, before, Action.SKIPPED)), after);
    }
    // The verdict is about the weights as they are now.
    NumericFault last = fault(result, batch, before, Action.GAVE_UP);
    return before.rewinds() < MOST_REWINDS && checkpoints.rewind(state.bestStep())
        ? new Judged(Optional.of(last.with(Action.REWOUND)), after.afterRewind())
        : new Judged(Optional.of(last), after);
  }

  private NumericFault fault(StepResult result, List<Batch> batch, Faults before, Action action) {
    boolean notFinite = result.outcome() == Outcome.NOT_FINITE;
    return new NumericFault(
        result.step(),
        notFinite ? Kind.NOT_FINITE : Kind.LOSS_SPIKE,
        result.loss(),
        result.gradNorm(),
        notFinite
            ? FirstNotFinite.of(model, trained, result.loss())
            : "the loss is above " + before.window().limit() + ", the limit by the last ones",
        batch.stream().flatMapToLong(b -> Arrays.stream(b.exampleIds())).boxed().toList(),
        action);
  }
}
