package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.gguf.GgufFile;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;

/** An adapter's own GGUF file holds its numbers where llama.cpp looks for them. */
class LoraGgufTest {
  private static final int HEADS = 4;
  private static final int HEAD_SIZE = 8;
  private static final int RANK = 4;

  @TempDir private static Path folder;

  private static GgufFile written(String name, String type, LoraConfig config) {
    try (CausalLm base = TinyBase.model(type, false, DType.FLOAT32);
        Lora lora = Lora.create(base, config, 2)) {
      return written(name, type, lora);
    }
  }

  private static GgufFile written(String name, String type, Lora lora) {
    Path target = folder.resolve(name);
    String config =
        """
        {"model_type": "%s", "num_attention_heads": 4, "num_key_value_heads": 2, "hidden_size": 32}
        """
            .formatted(type);
    AtomicFolder.write(
        target,
        files ->
            LoraGguf.write(
                files,
                "adapter.gguf",
                lora,
                Path.of("config.json"),
                new ObjectMapper().readTree(config)));
    return GgufFile.open(target.resolve("adapter.gguf"));
  }

  private static LoraConfig.Builder random(String... targets) {
    return LoraConfig.builder()
        .r(RANK)
        .targetModules(targets)
        .initLoraWeights(LoraConfig.Init.RANDOM);
  }

  private static float[] numbers(GgufFile file, String name) {
    float[] numbers = new float[Math.toIntExact(file.tensor(name).elements())];
    file.decode(name, 0, FloatBuffer.wrap(numbers));
    return numbers;
  }

  private static float[] master(Lora lora, String end) {
    Trainable found =
        lora.adapter().parameters().stream()
            .filter(trainable -> trainable.slot().name().endsWith(end))
            .findFirst()
            .orElseThrow();
    return lora.weights().master(found.slot()).toFloats();
  }

  @Test
  void rowsOfQueriesStandPairByPair() {
    LoraConfig config = random("q_proj").build();
    try (CausalLm base = TinyBase.model(false);
        Lora lora = Lora.create(base, config, 2);
        GgufFile file = written("rows", "llama", lora)) {
      assertThat(numbers(file, "blk.0.attn_q.weight.lora_a"))
          .isEqualTo(master(lora, "layers.0.self_attn.qkv.lora_A"));
      float[] hub = master(lora, "layers.0.self_attn.q_proj.lora_B.weight");
      float[] found = numbers(file, "blk.0.attn_q.weight.lora_b");
      for (int head = 0; head < HEADS; head++) {
        for (int i = 0; i < HEAD_SIZE; i++) {
          // Row 2p is the first of pair p, row 2p + 1 the second, which lies in the other half.
          int there = head * HEAD_SIZE + i / 2 + i % 2 * HEAD_SIZE / 2;
          for (int r = 0; r < RANK; r++) {
            assertThat(found[(head * HEAD_SIZE + i) * RANK + r]).isEqualTo(hub[there * RANK + r]);
          }
        }
      }
    }
  }

  @Test
  void otherScalingsGoIntoTheNumbers() {
    LoraConfig config =
        random("v_proj", "o_proj").loraAlpha(16).alphaPattern(Map.of("o_proj", 4.0)).build();
    try (CausalLm base = TinyBase.model(false);
        Lora lora = Lora.create(base, config, 2);
        GgufFile file = written("scaled", "llama", lora)) {
      assertThat(file.metadata().real("adapter.lora.alpha")).isEqualTo(16);
      assertThat(file.metadata().text("adapter.type")).isEqualTo("lora");
      float[] hub = master(lora, "layers.1.self_attn.o_proj.lora_B.weight");
      float[] found = numbers(file, "blk.1.attn_output.weight.lora_b");
      for (int i = 0; i < hub.length; i++) {
        assertThat(found[i]).isEqualTo(hub[i] / 4);
      }
      assertThat(numbers(file, "blk.1.attn_v.weight.lora_b"))
          .isEqualTo(master(lora, "layers.1.self_attn.v_proj.lora_B.weight"));
    }
  }

  @Test
  void whatHasNoPlaceIsRefused() {
    assertThatThrownBy(() -> written("embedding", "llama", random("embed_tokens").build()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("merge it");
    assertThatThrownBy(
            () -> written("whole", "llama", random("q_proj").modulesToSave("lm_head").build()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("merge it");
    assertThatThrownBy(() -> written("family", "gpt_neox", random("query_key_value").build()))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("gpt_neox is not written");
  }
}
