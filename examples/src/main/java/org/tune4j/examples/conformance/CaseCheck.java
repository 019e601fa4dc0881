package org.tune4j.examples.conformance;

import java.nio.file.Path;

/** Compares tune4j with the reference values of one case. */
@FunctionalInterface
interface CaseCheck {
  /**
   * Reports every comparison of a case.
   *
   * @param golden the case's folder, or its file
   */
  void check(Path golden, CheckSink sink);
}
