package org.tune4j.examples.conformance;

import org.junit.jupiter.api.Test;
import org.tune4j.engine.Goldens;

class SafetensorsConformanceTest {
  @Test
  void readerAgreesWithTheReferenceParser() {
    CollectedChecks checks = new CollectedChecks();
    new SafetensorsConformance().check(Goldens.folder("safetensors"), checks);
    checks.assertAllHold(112 + 3);
  }
}
