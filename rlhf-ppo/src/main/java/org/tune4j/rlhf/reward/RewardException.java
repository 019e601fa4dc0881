package org.tune4j.rlhf.reward;

import org.tune4j.engine.Tune4jException;

/** Rewards failed for more samples than a run may lose. What the run has saved stays. */
public class RewardException extends Tune4jException {
  public RewardException(String message) {
    super(message);
  }

  public RewardException(String message, Throwable cause) {
    super(message, cause);
  }
}
