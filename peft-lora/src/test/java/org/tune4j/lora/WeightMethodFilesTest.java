package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.model.CausalLm;

/** PEFT's files of every method, written and read back; and those that are refused. */
class WeightMethodFilesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TargetModules ATTENTION = TargetModules.of("q_proj", "v_proj");
  @TempDir Path parent;

  static Stream<WeightMethod> methods() {
    LoraConfig.Builder lora = LoraConfig.builder().r(4).targetModules(ATTENTION);
    return Stream.of(
        lora.useDora(true).build(),
        lora.useDora(false).initLoraWeights(LoraConfig.Init.PISSA).build(),
        lora.initLoraWeights(LoraConfig.Init.OLORA).build(),
        lora.initLoraWeights(LoraConfig.Init.RANDOM).trainableTokenIndices(9, 3).build(),
        lora.trainableTokenIndices(Map.of("embed_tokens", List.of(3, 9), "lm_head", List.of(5)))
            .build(),
        new Ia3Config(
            TargetModules.of("k_proj", "down_proj"),
            TargetModules.of("layers.0.self_attn.k_proj"),
            TargetModules.of("down_proj"),
            List.of("lm_head"),
            false),
        new VeraConfig(
            8,
            ATTENTION,
            7,
            true,
            0.1,
            0.3,
            VeraConfig.Bias.NONE,
            List.of("norm"),
            List.of(1),
            false),
        new VeraConfig(
            8, null, 7, false, 0, 0.1, VeraConfig.Bias.NONE, List.of(), List.of(), false),
        new LohaConfig(
            new TargetLayers(
                ATTENTION,
                TargetModules.of("layers.0.self_attn.q_proj"),
                List.of("norm"),
                List.of()),
            new Lycoris(3, 5.5, Map.of("v_proj", 6), Map.of("q_proj", 2.0), 0.1, 0.2),
            false),
        new LokrConfig(
            new TargetLayers(ATTENTION, null, List.of(), List.of(1)),
            new Lycoris(2, 4, Map.of("v_proj", 1), Map.of(), 0.1, 0.2),
            true,
            4,
            true,
            LokrConfig.Init.FALSE),
        new OftConfig(
            new TargetLayers(ATTENTION, null, List.of(), List.of(0)),
            4,
            0,
            false,
            3,
            true,
            "none",
            false),
        new HraConfig(new TargetLayers(ATTENTION), 3, "none", false),
        new MissConfig(new TargetLayers(ATTENTION), 3, 0.2, 4, "none", MissConfig.Init.MINI),
        new AdaloraConfig(
            new TargetLayers(ATTENTION),
            5,
            3,
            7.5,
            0.1,
            new AdaloraConfig.Schedule(20, 2, 3, 4),
            0.7,
            0.6,
            0.2,
            "none",
            false,
            Map.of()),
        new AdaloraConfig(
            new TargetLayers(ATTENTION),
            5,
            3,
            8,
            0,
            new AdaloraConfig.Schedule(20, 0, 0, 1),
            0.7,
            0.6,
            0.2,
            "none",
            true,
            Map.of(
                "model.layers.0.self_attn.q_proj.lora_E",
                0,
                "model.layers.1.self_attn.v_proj.lora_E",
                2)),
        new LnTuningConfig(null, TargetModules.of("norm"), List.of("lm_head")),
        new TrainableTokensConfig(List.of(8, 2), TargetModules.of("lm_head"), false));
  }

  @Test
  void everyMethodIsAmongThem() {
    assertThat(methods().map(WeightMethod::peftType).collect(Collectors.toSet()))
        .isEqualTo(WeightMethods.peftTypes());
  }

  @ParameterizedTest
  @MethodSource("methods")
  void whatIsSavedIsReadBackBitForBit(WeightMethod method) throws IOException {
    try (CausalLm base = TinyBase.model(false);
        PeftModel saved = PeftModel.create(base, method, 3)) {
      WeightMethodFamiliesTest.move(saved.weights());
      Path folder = parent.resolve("adapter");
      saved.save(folder, "base");
      try (PeftModel read = PeftModel.load(base, folder)) {
        assertThat(read.adapter().method()).isInstanceOf(method.getClass());
        assertThat(TinyBase.logits(read.model())).isEqualTo(TinyBase.logits(saved.model()));
        Path again = parent.resolve("again");
        read.save(again, "base");
        for (String file : List.of("adapter_model.safetensors", "adapter_config.json")) {
          assertThat(again.resolve(file)).hasSameBinaryContentAs(folder.resolve(file));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void anActiveKeyThatIsNotHandledIsRefusedByName(WeightMethod method) {
    try (CausalLm base = TinyBase.model(false);
        PeftModel saved = PeftModel.create(base, method, 3)) {
      Path folder = parent.resolve("adapter");
      saved.save(folder, "base");
      edit(folder, "a_key_of_the_future", JSON.nullNode());
      PeftModel.load(base, folder).close();
      edit(folder, "a_key_of_the_future", JSON.valueToTree("on"));
      assertThatThrownBy(() -> PeftModel.load(base, folder))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("adapter_config.json")
          .hasMessageContaining("a_key_of_the_future = ");
    }
  }

  /** Of a method, a key, what stands there, and what the error says. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          IA3; target_modules; ["w_pack"]; w_pack
          IA3; feedforward_modules; ["q_proj"]; feedforward_modules: wanted some of target_modules
          IA3; init_ia3_weights; "yes"; init_ia3_weights
          VERA; r; 0; r: wanted 1 to 65536, found 0
          VERA; r; 4; vera_A: wanted [4,
          VERA; vera_dropout; 1; vera_dropout: wanted 0 to 0.99, found 1.0
          VERA; d_initial; "x"; d_initial: wanted a finite number
          VERA; bias; "lora_only"; bias: wanted none, all or vera_only
          VERA; layers_to_transform; [7]; layers_to_transform: wanted 0 to 1, found 7
          VERA; layers_pattern; ["blocks"]; layers_pattern: wanted some of
          VERA; layers_pattern; "blocks"; layers_pattern: wanted some of
          VERA; layers_pattern; [1]; layers_pattern: wanted a list of names
          VERA; target_modules; ".*q_proj"; layers_to_transform: wanted names in target_modules
          ADALORA; init_r; 0; init_r: wanted 1 to 4096, found 0
          ADALORA; init_r; 4; lora_A: wanted [4,
          ADALORA; target_r; 6; target_r: wanted 1 to 5, found 6
          ADALORA; total_step; null; total_step: wanted the updates
          ADALORA; total_step; 5; total_step: wanted above tinit + tfinal
          ADALORA; deltaT; 0; deltaT: wanted 1 to
          ADALORA; beta1; 1; beta1: wanted between 0 and 1, found 1.0
          ADALORA; orth_reg_weight; -1; orth_reg_weight: wanted at least 0
          ADALORA; lora_alpha; 0; lora_alpha: wanted above 0
          ADALORA; rank_pattern; {"a": 3}; rank_pattern
          LOHA; r; 0; r: wanted 1 to 4096, found 0
          LOHA; r; 4; hada_w1_a: wanted [
          LOHA; alpha; "x"; alpha: wanted a finite number
          LOHA; rank_dropout; 1; rank_dropout: wanted 0 to 0.99, found 1.0
          LOHA; rank_pattern; {"v_proj": 0}; rank_pattern v_proj: wanted 1 to 4096, found 0
          LOHA; use_effective_conv2d; true; use_effective_conv2d
          LOKR; decompose_factor; 0; decompose_factor: wanted -1 or at least 1, found 0
          LOKR; decompose_factor; 2; lokr_w2_b: wanted [
          LOKR; decompose_both; 1; decompose_both
          LOKR; init_weights; "random"; init_weights
          OFT; oft_block_size; 8; r and oft_block_size: wanted one of them
          OFT; r; 2; oft_R.weight: wanted [
          OFT; r; -1; r: wanted 0 to 4096, found -1
          OFT; num_cayley_neumann_terms; 1; num_cayley_neumann_terms: wanted 2 to 64, found 1
          OFT; bias; "lora_only"; bias: wanted none, all or oft_only
          OFT; coft; true; coft
          HRA; r; 0; r: wanted 1 to 4096, found 0
          HRA; apply_GS; true; apply_GS
          HRA; bias; 3; bias
          MISS; r; 4; miss_block: wanted [4,
          MISS; r; 4000; r: wanted at most
          MISS; mini_r; 5; mini_r: wanted a divisor of the
          MISS; init_weights; "bat"; init_weights: wanted true, false or mini
          MISS; miss_dropout; 1; miss_dropout: wanted 0 to 0.99, found 1.0
          LN_TUNING; target_modules; ["q_proj"]; q_proj
          LN_TUNING; target_modules; ["norm", "k_proj"]; found model.layers.0.self_attn.k_proj
          LN_TUNING; target_modules; ".*1.*"; found model.layers.1.
          TRAINABLE_TOKENS; token_indices; []; token_indices: wanted at least one token
          TRAINABLE_TOKENS; token_indices; [1, 1]; each once
          TRAINABLE_TOKENS; token_indices; [260, 1]; token_indices: wanted tokens 0 to 259, found 260
          TRAINABLE_TOKENS; token_indices; [-1, 1]; wanted tokens 0 to 259, found -1
          TRAINABLE_TOKENS; token_indices; [3]; wanted [1, 32], found [2, 32]
          TRAINABLE_TOKENS; target_modules; ["q_proj"]; q_proj
          """)
  void malformedFilesAreRefused(String type, String key, String value, String part)
      throws IOException {
    WeightMethod method =
        methods().filter(each -> each.peftType().equals(type)).findFirst().orElseThrow();
    try (CausalLm base = TinyBase.model(false);
        PeftModel saved = PeftModel.create(base, method, 3)) {
      Path folder = parent.resolve("adapter");
      saved.save(folder, "base");
      edit(folder, key, JSON.readTree(value));
      assertThatThrownBy(() -> PeftModel.load(base, folder))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining(part);
    }
  }

  @Test
  void tokensThatAreLearnedTwiceAreRefused() {
    LoraConfig.Builder lora = LoraConfig.builder().targetModules(ATTENTION);
    try (CausalLm tied = TinyBase.model(true)) {
      for (LoraConfig config :
          List.of(
              lora.trainableTokenIndices(3).modulesToSave("embed_tokens").build(),
              lora.modulesToSave("lm_head").build(),
              lora.modulesToSave().targetModules("lm_head").build(),
              lora.targetModules(ATTENTION)
                  .trainableTokenIndices(Map.of("embed_tokens", List.of(3), "lm_head", List.of(4)))
                  .build())) {
        assertThatThrownBy(() -> Lora.create(tied, config, 1))
            .isInstanceOf(ConfigException.class)
            .hasMessageContaining("trainable_token_indices");
      }
    }
  }

  private static void edit(Path folder, String key, JsonNode value) {
    Path file = folder.resolve("adapter_config.json");
    try {
      ObjectNode json = (ObjectNode) JSON.readTree(file.toFile());
      json.set(key, value);
      JSON.writeValue(file.toFile(), json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
