package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.StepResult;
import org.tune4j.engine.train.TrainConfig;

/** A token that the tokenizer has got and the base has not learned. */
class TrainableTokensTest {
  /** {@code <think>} of the byte tokenizer, which no other text becomes. */
  private static final int NEW = 259;

  @TempDir Path folder;

  /** In a tied model its own score changes with it, and nothing else. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aTextWithoutTheTokenScoresOtherTokensAsBefore(boolean tied) {
    try (CausalLm base = TinyBase.model(tied);
        BoundModel bare = new BoundModel(base, null, null);
        PeftModel adapted = PeftModel.create(base, new TrainableTokensConfig(NEW), 1)) {
      WeightMethodFamiliesTest.move(adapted.weights());
      float[] before = TinyBase.logits(bare);
      float[] after = TinyBase.logits(adapted.model());
      for (int i = 0; i < before.length; i++) {
        if (tied && i % TinyBase.VOCABULARY == NEW) {
          assertThat(after[i]).isNotEqualTo(before[i]);
        } else {
          assertThat(after[i]).isEqualTo(before[i]);
        }
      }
    }
  }

  @Test
  void isLearnedAndItsRowIsAllThatIsWritten() throws IOException {
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      rows.append(
          "{\"prompt\": \"%s<think>:\", \"completion\": \"<think>%s\"}%n"
              .formatted("ab".repeat(i % 5), "<think>".repeat(i % 3)));
    }
    Path file = Files.writeString(folder.resolve("rows.jsonl"), rows);
    List<Double> losses = new ArrayList<>();
    RunListener listener =
        new RunListener() {
          @Override
          public void onStep(StepResult step) {
            losses.add(step.loss());
          }
        };
    TrainConfig training =
        TrainConfig.builder().learningRate(0.1).maxSteps(30).perDeviceTrainBatchSize(8).build();
    DataConfig data =
        DataConfig.builder()
            .maxLength(32)
            .splitSpecialTokens(false)
            .preflightAllow("duplicates")
            .build();
    try (Tokenizer tokenizer = Tokenizer.load(ByteTokenizer.write(folder, false));
        CausalLm base = TinyBase.model(true);
        PeftRun run =
            new PeftTrainer(base, tokenizer, new TrainableTokensConfig(NEW), training)
                .data(data)
                .listener(listener)
                .train(new DataFiles().open(file), folder.resolve("run"));
        SafetensorsFile written =
            SafetensorsFile.open(run.adapter().resolve("adapter_model.safetensors"))) {
      assertThat(losses.get(losses.size() - 1)).isLessThan(0.5 * losses.get(0));
      assertThat(written.tensors().keySet())
          .containsExactly("base_model.model.model.embed_tokens.trainable_tokens_delta");
      assertThat(run.weights().parameters()).isEqualTo(32);
    }
  }
}
