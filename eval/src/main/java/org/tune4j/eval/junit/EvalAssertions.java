package org.tune4j.eval.junit;

import org.tune4j.eval.result.EvalResult;

/** Entry point to assertions about results of evaluations. */
public final class EvalAssertions {
  private EvalAssertions() {}

  /** What is to be said of a result. */
  public static EvalResultAssert assertThat(EvalResult result) {
    return new EvalResultAssert(result);
  }
}
