package org.tune4j.examples.conformance;

import org.junit.jupiter.api.Test;
import org.tune4j.engine.Goldens;

class PackingConformanceTest {
  @Test
  void packsAsTrlDoes() {
    CollectedChecks checks = new CollectedChecks();
    new PackingConformance().check(Goldens.folder("train/packing"), checks);
    checks.assertAllHold(12);
  }
}
