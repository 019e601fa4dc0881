package org.tune4j.engine.train;

import java.util.List;

/**
 * A step whose numbers were not fit to learn from.
 *
 * @param step counted from 1
 * @param kind what was wrong
 * @param loss mean over the step's labels; may be no finite number
 * @param gradNorm of its gradient; may be no finite number
 * @param verdict what was found first, by name
 * @param examples the ids of the step's examples
 * @param action what was done about it
 */
public record NumericFault(
    long step,
    Kind kind,
    double loss,
    double gradNorm,
    String verdict,
    List<Long> examples,
    Action action) {
  /** What was wrong. */
  public enum Kind {
    /** Loss or gradient is infinite or no number. */
    NOT_FINITE,
    /** The loss lies far above the last ones. */
    LOSS_SPIKE
  }

  /** What was done. */
  public enum Action {
    /** The update was made. */
    TOLD,
    /** The update was not made; the weights are as they were. */
    SKIPPED,
    /** Nor this one: the run went back to the weights of an earlier checkpoint. */
    REWOUND,
    /** Nor this one: the run ends. */
    GAVE_UP
  }

  public NumericFault {
    examples = List.copyOf(examples);
  }

  NumericFault with(Action other) {
    return new NumericFault(step, kind, loss, gradNorm, verdict, examples, other);
  }
}
