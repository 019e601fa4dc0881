package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.WeightFormat;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.train.MemoryForecast;
import org.tune4j.engine.train.MemorySettings;

/** The gradient of inputs goes through blocks of which nothing is trained. */
class ShiftedMemoryTest {
  private static long activations(int block, boolean shifted) throws IOException {
    String config = RandomModels.QWEN2.replaceAll("(\"num_hidden_layers\": *)\\d+", "$1" + 16);
    Architecture architecture =
        Architectures.describe(Path.of("config.json"), new ObjectMapper().readTree(config));
    assertThat(architecture.blocks()).hasSize(16);
    LoraConfig lora =
        LoraConfig.builder().r(2).targetModules("q_proj").layersToTransform(block).build();
    return MemoryForecast.of(
            architecture,
            new LoraAdapter(lora, architecture),
            DType.FLOAT32,
            WeightFormat.PLAIN,
            AdamW.Settings.DEFAULT,
            MemorySettings.PLAIN,
            Recompute.NONE,
            shifted,
            new int[] {64, 40},
            CausalLmObjective.chunkScores(architecture),
            0)
        .activations();
  }

  @Test
  void aForecastCountsAllBlocks() throws IOException {
    assertThat(activations(15, true)).isGreaterThan(4 * activations(15, false));
    assertThat(activations(0, true)).isBetween(activations(0, false), 2 * activations(0, false));
  }
}
