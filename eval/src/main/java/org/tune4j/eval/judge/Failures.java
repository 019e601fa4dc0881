package org.tune4j.eval.judge;

import java.util.Optional;
import org.tune4j.eval.result.Certainty;
import org.tune4j.eval.result.Figure;
import org.tune4j.eval.stats.Proportion;

/** The share of rows that a judge gave no verdict on. */
final class Failures {
  private Failures() {}

  static Figure figure(int rows, int failures, String signature, Certainty certainty) {
    Proportion share = new Proportion(failures, rows);
    return new Figure(
        "judge_failure_rate",
        share.value(),
        Optional.of(share.wilson(certainty.level())),
        rows,
        false,
        signature);
  }
}
