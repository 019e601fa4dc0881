package org.tune4j.examples.conformance;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.Goldens;

class ArchConformanceTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama",
        "llama_attention_bias",
        "llama_rope_llama3",
        "qwen2",
        "gpt_neox",
        "gpt_neox_serial"
      })
  void familyGivesTheNumbersOfTransformers(String model) {
    CollectedChecks checks = new CollectedChecks();
    new ArchConformance().check(Goldens.folder("arch/" + model), checks);
    checks.assertAllHold(250);
  }
}
