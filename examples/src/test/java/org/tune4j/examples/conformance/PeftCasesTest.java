package org.tune4j.examples.conformance;

import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PEFT's methods on small models: trajectories, files and scores, beside PEFT's. */
class PeftCasesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "adalora",
        "dora_gpt2",
        "dora_qwen2",
        "hra",
        "ia3_gpt2",
        "ia3_qwen2",
        "ln_tuning",
        "ln_tuning_gpt2",
        "loha",
        "lokr",
        "lokr_both",
        "lora_tokens",
        "lora_tokens_tied",
        "loraplus",
        "miss",
        "miss_mini",
        "oft",
        "oft_exact",
        "oft_shared",
        "olora",
        "pissa",
        "trainable_tokens",
        "vera",
        "vera_unsaved"
      })
  void trainingTakesPeftsCourse(String name) throws URISyntaxException {
    check(name, 10);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "multitask_average",
        "multitask_exact",
        "multitask_source",
        "p_tuning_bert",
        "p_tuning_lstm",
        "prefix_bert",
        "prefix_bert_tokens",
        "prefix_lm_head",
        "prefix_projection_bert",
        "prefix_qwen2_head",
        "prefix_roberta"
      })
  void learningVirtualTokensTakesPeftsCourse(String name) throws URISyntaxException {
    check(name, 8);
  }

  private static void check(String name, int fewest) throws URISyntaxException {
    CollectedChecks checks = new CollectedChecks();
    Path cases = Path.of(PeftCasesTest.class.getResource("peft").toURI());
    TrainConformance.check(cases.resolve(name), checks);
    checks.assertAllHold(fewest);
  }
}
