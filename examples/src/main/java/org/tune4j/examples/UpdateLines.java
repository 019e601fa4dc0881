package org.tune4j.examples;

import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.StepResult;

/** A line every 50 updates. */
public final class UpdateLines implements RunListener {
  @Override
  public void onStep(StepResult result) {
    if (result.step() % 50 == 0) {
      System.err.printf(
          "update %d: loss %.3f, %.0f tokens/s%n",
          result.step(), result.loss(), result.tokens() / result.seconds());
    }
  }
}
