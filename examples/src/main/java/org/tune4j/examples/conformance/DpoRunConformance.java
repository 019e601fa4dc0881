package org.tune4j.examples.conformance;

final class DpoRunConformance {
  DpoRunConformance(RlCase golden) {}

  void check() {}
}
