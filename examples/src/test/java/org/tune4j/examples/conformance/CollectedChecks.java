package org.tune4j.examples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

/** Counts the checks of a conformance class and remembers those that fail. */
final class CollectedChecks implements CheckSink {
  private final List<String> failed = new ArrayList<>();
  private int count;

  @Override
  public void report(
      String caseName, String check, double maxAbsDiff, double tolerance, boolean ok) {
    count++;
    if (!ok) {
      failed.add(caseName + ": " + check + ": " + maxAbsDiff + " > " + tolerance);
    }
  }

  void assertAllHold(int atLeast) {
    assertThat(failed).isEmpty();
    assertThat(count).isGreaterThanOrEqualTo(atLeast);
  }
}
