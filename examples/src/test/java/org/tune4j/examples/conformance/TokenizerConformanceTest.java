package org.tune4j.examples.conformance;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.Goldens;

class TokenizerConformanceTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"bbpe_qwen", "bbpe_llama3", "wordpiece_bert", "unigram_t5", "spbpe_llama2"})
  void equalsTheReferenceLibrary(String name) {
    CollectedChecks checks = new CollectedChecks();
    new TokenizerConformance().check(Goldens.folder("tokenizer/" + name), checks);
    checks.assertAllHold(20);
  }
}
