package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.TensorSlot;

class LoraAdapterTest {
  private static final Architecture LLAMA = TinyBase.architecture("llama", false);

  private static LoraAdapter adapter(LoraConfig.Builder config) {
    return new LoraAdapter(config.build(), LLAMA);
  }

  @Test
  void defaultTargetsAreThoseOfPeft() {
    assertThat(adapter(LoraConfig.builder()).modules())
        .containsExactly(
            "model.layers.0.self_attn.q_proj",
            "model.layers.0.self_attn.v_proj",
            "model.layers.1.self_attn.q_proj",
            "model.layers.1.self_attn.v_proj");
    Architecture neox = TinyBase.architecture("gpt_neox", false);
    assertThat(new LoraAdapter(LoraConfig.builder().build(), neox).modules())
        .allMatch(m -> m.endsWith("attention.query_key_value"))
        .hasSize(2);
  }

  @Test
  void allLinearIsEveryLinearLayerButTheOutputLayer() {
    assertThat(adapter(LoraConfig.builder().targetModules("all-linear")).modules())
        .hasSize(14)
        .noneMatch(m -> m.contains("lm_head") || m.contains("embed"));
  }

  @Test
  void namesRegexExclusionAndLayers() {
    assertThat(
            adapter(LoraConfig.builder().targetModules("layers.1.self_attn.k_proj", "lm_head"))
                .modules())
        .containsExactly("model.layers.1.self_attn.k_proj", "lm_head");
    assertThat(
            adapter(
                    LoraConfig.builder()
                        .targetModules(new TargetModules.Regex(".*0\\.mlp\\.(up|down)_proj")))
                .modules())
        .containsExactly("model.layers.0.mlp.up_proj", "model.layers.0.mlp.down_proj");
    assertThat(
            adapter(
                    LoraConfig.builder()
                        .targetModules("all-linear")
                        .excludeModules(TargetModules.of("gate_proj", "up_proj", "down_proj")))
                .modules())
        .hasSize(8)
        .allMatch(m -> m.contains("self_attn"));
  }

  @Test
  void aTargetThatMatchesNothingListsTheNamesNearestFirst() {
    assertThatThrownBy(() -> adapter(LoraConfig.builder().targetModules("q_projs")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("target_modules")
        .hasMessageContaining("[q_proj, ");
    assertThatThrownBy(() -> adapter(LoraConfig.builder().modulesToSave("lm_haed")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("[lm_head, ");
  }

  @Test
  void rankAndAlphaPatterns() {
    LoraAdapter adapter =
        adapter(
            LoraConfig.builder()
                .r(4)
                .loraAlpha(8)
                .targetModules("q_proj", "v_proj")
                .rankPattern(Map.of("layers.0.self_attn.v_proj", 2))
                .alphaPattern(Map.of("q_proj", 16.0)));
    assertThat(adapter.scaling("model.layers.0.self_attn.q_proj")).isEqualTo(4);
    assertThat(adapter.scaling("model.layers.0.self_attn.v_proj")).isEqualTo(4);
    assertThat(adapter.scaling("model.layers.1.self_attn.v_proj")).isEqualTo(2);
    TensorSlot a = adapter.parameters().get(0).slot();
    assertThat(a.parts()).extracting(TensorSlot.Part::rows).containsExactly(4L, 2L);
    LoraAdapter stabilised = adapter(LoraConfig.builder().r(4).loraAlpha(8).useRslora(true));
    assertThat(stabilised.scaling("model.layers.0.self_attn.q_proj")).isEqualTo(4);
  }

  @Test
  void aNewAdapterChangesNothingAndTakingItAwayNeither() {
    try (CausalLm base = TinyBase.model(false);
        BoundModel bare = new BoundModel(base, null, null)) {
      float[] before = TinyBase.logits(bare);
      LoraConfig config =
          LoraConfig.builder().targetModules("all-linear").modulesToSave("lm_head").build();
      try (Lora lora = Lora.create(base, config, 1)) {
        assertThat(TinyBase.logits(lora.model())).isEqualTo(before);
      }
      LoraConfig random =
          LoraConfig.builder()
              .targetModules("q_proj", "embed_tokens", "lm_head")
              .initLoraWeights(LoraConfig.Init.RANDOM)
              .build();
      try (Lora lora = Lora.create(base, random, 1)) {
        assertThat(TinyBase.logits(lora.model())).isNotEqualTo(before);
      }
      assertThat(TinyBase.logits(bare)).isEqualTo(before);
    }
  }

  @Test
  void startingValuesAreThoseOfPeft() {
    LoraAdapter uniform = adapter(LoraConfig.builder().r(16).targetModules("down_proj"));
    Trainable a = uniform.parameters().get(0);
    float[] values = uniform.initialValue(a.slot(), 5);
    double bound = 1 / Math.sqrt(48);
    assertThat(values).hasSize(16 * 48);
    double squares = 0;
    for (float value : values) {
      assertThat(Math.abs(value)).isLessThanOrEqualTo((float) bound);
      squares += value * value;
    }
    assertThat(squares / values.length).isBetween(0.9 * bound * bound / 3, 1.1 * bound * bound / 3);
    assertThat(uniform.initialValue(uniform.parameters().get(1).slot(), 5)).containsOnly(0f);
    assertThat(uniform.initialValue(a.slot(), 5)).isEqualTo(values);
    assertThat(uniform.initialValue(a.slot(), 6)).isNotEqualTo(values);
  }

  @Test
  void loraPlusLearnsWhatComesLastFaster() {
    LoraAdapter adapter =
        adapter(
            LoraConfig.builder()
                .targetModules("all-linear")
                .useDora(true)
                .modulesToSave("norm", "lm_head")
                .loraplusLrRatio(16));
    for (Trainable each : adapter.parameters()) {
      boolean isA = each.slot().name().endsWith("lora_A");
      assertThat(each.rate()).as(each.slot().name()).isEqualTo(isA ? 1 : 16);
    }
    assertThat(adapter.trainedWeights()).extracting(Trainable::rate).contains(16.0, 1.0);
    assertThat(adapter(LoraConfig.builder()).parameters())
        .extracting(Trainable::rate)
        .containsOnly(1.0);
    assertThatThrownBy(
            () -> adapter(LoraConfig.builder().targetModules("embed_tokens").loraplusLrRatio(2)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("loraplus_lr_ratio");
    assertThatThrownBy(() -> LoraConfig.builder().loraplusLrRatio(0).build())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("loraplus_lr_ratio: wanted above 0");
  }

  @Test
  void biasesAndSavedModulesAreTrainedWhole() {
    Architecture qwen = TinyBase.architecture("qwen2", false);
    LoraConfig all =
        LoraConfig.builder()
            .targetModules("q_proj", "k_proj", "v_proj")
            .bias(LoraConfig.Bias.LORA_ONLY)
            .build();
    assertThat(new LoraAdapter(all, qwen).trainedWeights())
        .extracting(t -> t.slot().name())
        .containsExactly("model.layers.0.self_attn.qkv.bias", "model.layers.1.self_attn.qkv.bias");
    LoraConfig some =
        LoraConfig.builder()
            .targetModules("q_proj", "v_proj")
            .bias(LoraConfig.Bias.LORA_ONLY)
            .build();
    assertThatThrownBy(() -> new LoraAdapter(some, qwen).trainedWeights())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("k_proj.bias");
  }

  @Test
  void wrongValuesAreRefusedByName() {
    assertThatThrownBy(() -> LoraConfig.builder().r(0).build()).hasMessageContaining("r: wanted");
    assertThatThrownBy(() -> LoraConfig.builder().loraDropout(1).build())
        .hasMessageContaining("lora_dropout");
    assertThatThrownBy(() -> new TargetModules.Regex("(")).hasMessageContaining("target_modules");
  }
}
