package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.tensor.DType;

/** LoRA on models that classify: their heads are trained as full copies, as with PEFT. */
class LoraHeadsTest {
  private static final String ENCODER =
      """
      {"model_type":"%s","architectures":["%s"],"vocab_size":97,"hidden_size":32,
       "intermediate_size":48,"num_hidden_layers":1,"num_attention_heads":4,
       "max_position_embeddings":40}
      """;

  @TempDir Path folder;

  private static Lora lora(CausalLm base) {
    return Lora.create(base, LoraConfig.builder().r(2).targetModules("all-linear").build(), 5);
  }

  @ParameterizedTest
  @CsvSource({
    "bert, BertForSequenceClassification, SEQ_CLS, classifier.weight, bert.pooler.dense",
    "roberta, RobertaForSequenceClassification, SEQ_CLS, classifier.dense.weight, ''",
    "roberta, RobertaForTokenClassification, TOKEN_CLS, classifier.weight, ''"
  })
  void theHeadIsTrainedAndWrittenWhole(
      String type, String architecture, String task, String saved, String adapted)
      throws IOException {
    String config = ENCODER.formatted(type, architecture);
    try (CausalLm base = RandomModels.create(config, DType.FLOAT32, 3);
        Lora lora = lora(base)) {
      if (!adapted.isEmpty()) {
        assertThat(lora.adapter().modules()).contains(adapted);
      }
      assertThat(lora.adapter().modules()).noneMatch(module -> module.startsWith("classifier"));
      lora.save(folder.resolve("adapter"), "base");
      try (SafetensorsFile file =
          SafetensorsFile.open(folder.resolve("adapter/adapter_model.safetensors"))) {
        Set<String> names = file.tensors().keySet();
        assertThat(names).contains("base_model.model." + saved);
      }
      assertThat(Files.readString(folder.resolve("adapter/adapter_config.json")))
          .contains("\"" + task + "\"")
          .contains("\"classifier\"");
      try (Lora again = Lora.load(base, folder.resolve("adapter"))) {
        assertThat(again.weights().flat().toFloats()).isEqualTo(lora.weights().flat().toFloats());
      }
    }
  }

  @Test
  void tokensAloneHaveNoFileForAHead() {
    String config = ENCODER.formatted("bert", "BertForSequenceClassification");
    try (CausalLm base = RandomModels.create(config, DType.FLOAT32, 3)) {
      assertThatThrownBy(() -> PeftModel.create(base, new TrainableTokensConfig(3), 5))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("trainable_token_indices");
    }
  }

  @Test
  void aDecodersScoreIsTrainedToo() {
    String config =
        RandomModels.QWEN2.replace(
            "\"vocab_size\"",
            "\"architectures\":[\"Qwen2ForSequenceClassification\"],\"vocab_size\"");
    try (CausalLm base = RandomModels.create(config, DType.FLOAT32, 3);
        Lora lora = lora(base);
        PeftMerge merge = PeftMerge.of(lora)) {
      var score = base.architecture().headGroup().weight();
      assertThat(lora.adapter().trainedWeights())
          .extracting(trained -> trained.slot().name())
          .isEqualTo(List.of("score.weight"));
      TensorOps.copy(lora.weights().master(score), merge.weight(score));
      assertThat(merge.weight(score).toFloats()).isEqualTo(base.weight(score).toFloats());
    }
  }
}
