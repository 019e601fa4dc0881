package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.HubFolder;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;

/** An adapter learns the same on a base whose blocks stay in the files. */
class StreamedTrainingTest {
  private static final String CONFIG =
      """
      {"model_type": "llama", "vocab_size": %d, "hidden_size": 32, "intermediate_size": 48,
       "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
       "tie_word_embeddings": false}
      """
          .formatted(TinyBase.VOCABULARY);

  @TempDir private Path folder;
  private Path model;

  @BeforeEach
  void files() throws IOException {
    Path source = Files.createDirectory(folder.resolve("source"));
    Files.writeString(source.resolve("config.json"), CONFIG);
    model = folder.resolve("model");
    try (CausalLm base = TinyBase.model(false)) {
      AtomicFolder.write(
          model,
          files ->
              HubFolder.write(
                  files, source, base.architecture(), base::weight, Optional.of(DType.FLOAT32)));
    }
    ByteTokenizer.write(folder, false);
    TinyBase.rows(folder.resolve("rows.jsonl"), 12);
  }

  private Path trained(boolean streamed, LoraConfig lora, Recompute recompute) {
    TrainConfig training =
        TrainConfig.builder()
            .learningRate(2e-2)
            .perDeviceTrainBatchSize(2)
            .maxSteps(4)
            .recompute(recompute)
            .build();
    try (Tokenizer tokenizer = Tokenizer.load(folder);
        CausalLm base =
            streamed
                ? CausalLm.stream(model, DType.FLOAT32, "cpu")
                : CausalLm.load(model, DType.FLOAT32)) {
      LoraRun run =
          new LoraTrainer(base, tokenizer, lora, training)
              .data(DataConfig.builder().maxLength(24).preflightAllow("duplicates").build())
              .train(
                  new DataFiles().open(folder.resolve("rows.jsonl")),
                  folder.resolve(streamed ? "streamed" : "loaded"));
      run.close();
      return run.adapter().resolve("adapter_model.safetensors");
    }
  }

  @ParameterizedTest
  @EnumSource(Recompute.class)
  void theAdapterIsByteEqual(Recompute recompute) {
    LoraConfig lora =
        LoraConfig.builder().r(2).loraDropout(0.2).targetModules("all-linear").build();
    assertThat(trained(true, lora, recompute))
        .hasSameBinaryContentAs(trained(false, lora, recompute));
  }

  @Test
  void weightsThatStayInTheFilesAreNotTrained() {
    LoraConfig lora =
        LoraConfig.builder().r(2).targetModules("q_proj").modulesToSave("down_proj").build();
    assertThatThrownBy(() -> trained(true, lora, Recompute.NONE))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("down_proj")
        .hasMessageContaining("streamed");
  }
}
