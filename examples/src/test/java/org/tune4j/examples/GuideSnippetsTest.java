package org.tune4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.lora.LoraConfig;
import org.tune4j.lora.LoraRun;
import org.tune4j.lora.LoraTrainer;

/**
 * The snippets of the fine-tuning guide that this project follows, in their Java form. PPO comes
 * with its module.
 */
class GuideSnippetsTest {
  @TempDir Path folder;
  private Path model;

  @BeforeEach
  void writeModel() throws IOException {
    model = SmallModels.write(folder.resolve("model"), "gpt_neox");
  }

  private LoraRun train(CausalLm base, LoraConfig lora, TrainConfig training) throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      return new LoraTrainer(base, tokenizer, lora, training)
          .train(
              new DataFiles().open(SmallModels.rows(folder.resolve("rows.jsonl"), 32)),
              folder.resolve("run"));
    }
  }

  /**
   * {@code LoraConfig(r=16, lora_alpha=32, target_modules=["query_key_value"], lora_dropout=0.1)}.
   */
  @Test
  void lora() throws IOException {
    LoraConfig lora =
        LoraConfig.builder()
            .r(16)
            .loraAlpha(32)
            .targetModules("query_key_value")
            .loraDropout(0.1)
            .build();
    try (CausalLm base = CausalLm.load(model, DType.FLOAT32);
        LoraRun run = train(base, lora, TrainConfig.builder().numTrainEpochs(1).build())) {
      assertThat(run.lora().adapter().modules())
          .containsExactly(
              "gpt_neox.layers.0.attention.query_key_value",
              "gpt_neox.layers.1.attention.query_key_value");
      assertThat(run.result().steps()).isEqualTo(4);
    }
  }

  /** {@code gradient_accumulation_steps=8}: 32 rows of micro-batches of one are four updates. */
  @Test
  void accumulation() throws IOException {
    TrainConfig training =
        TrainConfig.builder()
            .perDeviceTrainBatchSize(1)
            .gradientAccumulationSteps(8)
            .numTrainEpochs(1)
            .build();
    try (CausalLm base = CausalLm.load(model, DType.FLOAT32);
        LoraRun run = train(base, LoraConfig.builder().build(), training)) {
      assertThat(run.result().steps()).isEqualTo(4);
    }
  }
}
