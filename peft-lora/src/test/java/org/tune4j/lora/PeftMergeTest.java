package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;

class PeftMergeTest {
  private static LoraConfig random(String... targets) {
    return LoraConfig.builder()
        .r(4)
        .targetModules(targets)
        .initLoraWeights(LoraConfig.Init.RANDOM)
        .build();
  }

  @ParameterizedTest
  @CsvSource({"llama,all-linear", "llama,lm_head", "llama,embed_tokens", "gpt_neox,all-linear"})
  void mergedEqualsAdaptedAndTheBaseStaysAsItIs(String type, String target) {
    try (CausalLm base = TinyBase.model(type, false, DType.FLOAT32);
        BoundModel bare = new BoundModel(base, null, null);
        Lora lora = Lora.create(base, random(target), 2)) {
      float[] before = TinyBase.logits(bare);
      float[] adapted = TinyBase.logits(lora.model());
      try (PeftMerge merge = PeftMerge.of(lora)) {
        float[] merged = TinyBase.logits(merge.model());
        double change = 0;
        for (int i = 0; i < merged.length; i++) {
          assertThat(merged[i]).isCloseTo(adapted[i], within(2e-5f));
          change = Math.max(change, Math.abs(adapted[i] - before[i]));
        }
        assertThat(change).as("the adapter does something").isGreaterThan(1e-3);
      }
      assertThat(TinyBase.logits(bare)).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @CsvSource({"llama,FLOAT32", "llama,BFLOAT16", "gpt_neox,FLOAT32"})
  void baseAdapterAndMergeAreUsedInAnyOrderAndClosingTheMergeIsUnmerging(String type, DType dtype) {
    try (CausalLm base = TinyBase.model(type, false, dtype);
        BoundModel bare = new BoundModel(base, null, null);
        Lora lora = Lora.create(base, random("all-linear"), 2)) {
      float[] before = TinyBase.logits(bare);
      float[] adapted = TinyBase.logits(lora.model());
      float[] merged = null;
      for (int round = 0; round < 2; round++) {
        try (PeftMerge merge = PeftMerge.of(lora)) {
          float[] now = TinyBase.logits(merge.model());
          assertThat(TinyBase.logits(bare)).isEqualTo(before);
          assertThat(TinyBase.logits(lora.model())).isEqualTo(adapted);
          assertThat(TinyBase.logits(merge.model())).isEqualTo(now);
          assertThat(merged == null ? now : merged).as("merged again").isEqualTo(now);
          merged = now;
        }
        assertThat(TinyBase.logits(bare)).isEqualTo(before);
        assertThat(TinyBase.logits(lora.model())).isEqualTo(adapted);
      }
      assertThat(merged).isNotEqualTo(before);
    }
  }

  @Test
  void oneUseOfATiedMatrixCannotBeMerged() {
    try (CausalLm base = TinyBase.model(true);
        Lora lora = Lora.create(base, random("embed_tokens"), 2)) {
      assertThatThrownBy(() -> PeftMerge.of(lora))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("share");
    }
  }
}
