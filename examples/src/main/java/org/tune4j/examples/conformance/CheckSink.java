package org.tune4j.examples.conformance;

/** Takes the outcome of one comparison with reference values. */
@FunctionalInterface
public interface CheckSink {
  /**
   * Takes one outcome.
   *
   * @param caseName the golden case
   * @param check what was compared
   * @param maxAbsDiff largest difference; for exact comparisons the number of places that differ
   * @param tolerance largest difference allowed
   * @param ok whether the comparison holds
   */
  void report(String caseName, String check, double maxAbsDiff, double tolerance, boolean ok);

  /** Reports an exact comparison by the number of places that differ. */
  default void exact(String caseName, String check, long differences) {
    report(caseName, check, differences, 0, differences == 0);
  }
}
