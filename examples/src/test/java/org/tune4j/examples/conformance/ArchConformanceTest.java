package org.tune4j.examples.conformance;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.Goldens;

class ArchConformanceTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "bert_ner",
        "bert_reward",
        "deepseek_v2",
        "deepseek_v2_qlora",
        "deepseek_v3",
        "deepseek_v3_noqlora",
        "gemma2",
        "gpt2",
        "gpt_neox",
        "gpt_neox_serial",
        "llama",
        "llama_attention_bias",
        "llama_rope_llama3",
        "mistral_sliding",
        "mixtral",
        "phi3",
        "phi3_longrope",
        "qwen2",
        "qwen2_moe",
        "qwen2_reward",
        "qwen3",
        "roberta_cls",
        "xlm_roberta_cls"
      })
  void familyGivesTheNumbersOfTransformers(String model) {
    CollectedChecks checks = new CollectedChecks();
    new ArchConformance().check(Goldens.folder("arch/" + model), checks);
    checks.assertAllHold(200);
  }

  /** A family whose reference values lie in the repository. */
  @Test
  void olmo2GivesTheNumbersOfTransformers() throws Exception {
    Path folder = Path.of(ArchConformanceTest.class.getResource("olmo2").toURI());
    CollectedChecks checks = new CollectedChecks();
    new ArchConformance().check(folder, checks);
    checks.assertAllHold(150);
  }
}
