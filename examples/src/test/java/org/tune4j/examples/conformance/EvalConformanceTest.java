package org.tune4j.examples.conformance;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.Goldens;

class EvalConformanceTest {
  @ParameterizedTest
  @CsvSource({
    "bleu, 400",
    "calibration, 60",
    "chrf, 66",
    "classification, 60",
    "conformal, 100",
    "diversity, 24",
    "ner, 60",
    "pass_at_k, 10",
    "perplexity, 40",
    "qa, 40",
    "rouge, 96",
    "statistics, 70",
    "uncertainty, 15"
  })
  void agreesWithThePeers(String topic, int checks) {
    CollectedChecks collected = new CollectedChecks();
    EvalConformance.check(Goldens.folder("eval").resolve(topic + ".json"), collected);
    collected.assertAllHold(checks);
  }
}
