package org.tune4j.examples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.Goldens;
import org.tune4j.engine.generate.Generated;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.lora.PeftModel;

/** An adapter joins in generation as it does in training. */
class AdapterGenerationTest {
  private static final GenerationConfig GREEDY =
      GenerationConfig.builder().maxNewTokens(24).endOfText(Set.of()).build();

  @ParameterizedTest
  @CsvSource({
    "rslora_all_linear,llama",
    "lora_neox,gpt_neox",
    "lora_tied,llama_tied",
    "dora,llama",
    "ia3,llama"
  })
  void everyTokenIsTheBestOfTheAdaptedModelsForwardPass(String adapter, String model) {
    Path folder = Goldens.folder("train/" + adapter);
    List<int[]> prompts = List.of(new int[] {5, 17, 99}, new int[] {40, 3, 22, 8, 61, 12, 7});
    try (CausalLm base = CausalLm.load(Goldens.folder("train/base/" + model), DType.FLOAT32);
        PeftModel peft = PeftModel.load(base, folder.resolve("adapter_final"));
        BoundModel bare = new BoundModel(base, null, null)) {
      List<Generated> adapted = new Generator(peft.model()).generate(prompts, GREEDY);
      for (int row = 0; row < prompts.size(); row++) {
        int[] prompt = prompts.get(row);
        int[] newIds = adapted.get(row).newIds();
        int[] whole = Arrays.copyOf(prompt, prompt.length + newIds.length);
        System.arraycopy(newIds, 0, whole, prompt.length, newIds.length);
        float[] logits = Probe.logits(peft.model(), List.of(whole));
        int vocabulary = base.architecture().vocabularySize();
        for (int t = 0; t < newIds.length; t++) {
          int best = best(logits, (prompt.length + t - 1) * vocabulary, vocabulary);
          assertThat(newIds[t]).isEqualTo(best);
        }
      }
      assertThat(new Generator(bare).generate(prompts, GREEDY).get(0).newIds())
          .isNotEqualTo(adapted.get(0).newIds());
    }
  }

  private static int best(float[] logits, int from, int count) {
    int best = 0;
    for (int v = 1; v < count; v++) {
      best = logits[from + v] > logits[from + best] ? v : best;
    }
    return best;
  }
}
