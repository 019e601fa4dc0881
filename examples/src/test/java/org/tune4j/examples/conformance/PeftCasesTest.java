package org.tune4j.examples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.lora.PeftModel;

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

  /**
   * PEFT's file of an AdaLoRA run has only what was kept of the ranks; ours has all, with zeros.
   */
  @Test
  void theRanksThatAdaloraKeptComputeWhatAllDo() throws URISyntaxException {
    Path cases = Path.of(PeftCasesTest.class.getResource("peft").toURI());
    Path folder = cases.resolve("adalora");
    try (CausalLm base = CausalLm.load(cases.resolve("base/qwen2"), DType.FLOAT32);
        PeftModel pruned = PeftModel.load(base, folder.resolve("adapter_pruned"));
        PeftModel whole = PeftModel.load(base, folder.resolve("adapter_final"));
        Golden rows = Golden.open(cases.resolve("batches/qwen2.safetensors"));
        Golden theirs = Golden.open(folder.resolve("probe_logits.safetensors"))) {
      List<int[]> documents = rows.documents("probe_input_ids", "probe_attention_mask");
      assertThat(pruned.weights().parameters()).isLessThan(whole.weights().parameters());
      float[] wanted = theirs.realPositions("logits_after", documents);
      assertThat(Golden.maxAbsDiff(Probe.logits(pruned.model(), documents), wanted))
          .isLessThan(1e-4);
    }
  }
}
