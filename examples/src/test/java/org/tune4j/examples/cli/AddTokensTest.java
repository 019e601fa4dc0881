package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.testdata.DemoFiles;

/** Tokens that a run adds are learned, written, and known to whoever loads what it wrote. */
class AddTokensTest {
  private static final String TOKENS = "<tool>,<answer>";
  private static final int VOCABULARY = 2048;
  @TempDir Path folder;
  private Path model;
  private Path rows;

  @BeforeEach
  void files() throws IOException {
    model = DemoFiles.copyBaseTo(folder.resolve("base"));
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 64; i++) {
      text.append(
          "{\"prompt\": \"<tool> %d and %d:\", \"completion\": \" <answer>%d<answer>\"}%n"
              .formatted(i % 9, i % 7, i % 9));
    }
    rows = Files.writeString(folder.resolve("rows.jsonl"), text);
  }

  private CliRun train(Object... more) {
    Object[] fixed = {
      "sft",
      "--model",
      model,
      "--data",
      rows,
      "--output",
      folder.resolve("run"),
      "--max-steps",
      16,
      "--precision",
      "fp32",
      "--preflight-allow",
      "duplicates",
      "--json"
    };
    Object[] all = java.util.Arrays.copyOf(fixed, fixed.length + more.length);
    System.arraycopy(more, 0, all, fixed.length, more.length);
    return CliRun.of(all);
  }

  private String generate(Object... more) {
    Object[] fixed = {
      "generate", "--prompt", "<tool> 3 and 4:", "--max-new-tokens", 8, "--precision", "fp32"
    };
    Object[] all = java.util.Arrays.copyOf(fixed, fixed.length + more.length);
    System.arraycopy(more, 0, all, fixed.length, more.length);
    return CliRun.of(all).out().strip();
  }

  @Test
  void anAdapterBringsItsTokensAndMergesThem() throws IOException {
    CliRun run = train("--add-tokens", TOKENS, "--learning-rate", 0.02);
    assertThat(run.code()).as(run.err()).isZero();
    Path adapter = folder.resolve("run/adapter");
    JsonNode config = new ObjectMapper().readTree(adapter.resolve("adapter_config.json").toFile());
    assertThat(config.at("/trainable_token_indices/embed_tokens").toString())
        .isEqualTo("[2048,2049]");
    String answer = generate("--model", model, "--adapter", adapter);
    assertThat(answer).contains("<answer>");
    Path merged = folder.resolve("merged");
    assertThat(
            CliRun.of("merge", "--model", model, "--adapter", adapter, "--output", merged).code())
        .isZero();
    assertThat(generate("--model", merged)).isEqualTo(answer);
    assertThat(merged.resolve("tokenizer.json"))
        .hasSameBinaryContentAs(adapter.resolve("tokenizer.json"));
  }

  @Test
  void fullTrainingWritesTheGrownModel() throws IOException {
    CliRun run = train("--add-tokens", TOKENS, "--method", "full", "--learning-rate", 0.003);
    assertThat(run.code()).as(run.err()).isZero();
    Path written = folder.resolve("run/model");
    JsonNode config = new ObjectMapper().readTree(written.resolve("config.json").toFile());
    assertThat(config.path("vocab_size").asInt()).isEqualTo(VOCABULARY + 2);
    try (SafetensorsFile file = SafetensorsFile.open(written.resolve("model.safetensors"))) {
      assertThat(file.tensors().get("model.embed_tokens.weight").shape()[0])
          .isEqualTo(VOCABULARY + 2);
    }
    assertThat(generate("--model", written)).contains("<answer>");
  }

  /** Prompts of old tasks may have them: the model that answers has rows for them. */
  @Test
  void theModelAnswersForReplayWithTheTokens() {
    CliRun run = train("--add-tokens", TOKENS, "--replay-prompts", rows, "--replay-share", 0.3);
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(folder.resolve("run/replay.jsonl")).isNotEmptyFile();
  }

  /** By what transformers' {@code mean_resizing} draws around. */
  @Test
  void newRowsAreTheMeanOfTheOthers() {
    try (CausalLm base = CausalLm.load(model, DType.FLOAT64);
        TensorScope work = TensorScope.open()) {
      double[] before = base.weight(base.architecture().embeddingSlot()).toDoubles();
      CausalLm grown = base.withVocabulary(VOCABULARY + 3);
      double[] after = grown.weight(grown.architecture().embeddingSlot()).toDoubles();
      int width = grown.architecture().hiddenSize();
      assertThat(java.util.Arrays.copyOf(after, before.length)).isEqualTo(before);
      for (int column = 0; column < width; column++) {
        double sum = 0;
        for (int row = 0; row < VOCABULARY; row++) {
          sum += before[row * width + column];
        }
        for (int row = VOCABULARY; row < VOCABULARY + 3; row++) {
          assertThat(after[row * width + column])
              .isCloseTo(sum / VOCABULARY, org.assertj.core.api.Assertions.within(1e-12));
        }
      }
      assertThat(TensorOps.isFinite(grown.weight(grown.architecture().embeddingSlot()))).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "<x>,<x>; ; ; <x> is named twice",
        "<|im_end|>; ; ; is a token of",
        "<x>; --peft-type; ia3; found peft_type ia3",
        "<x>; --trainable-token-indices; 7; leave trainable_token_indices out",
        "<x>; --target-modules; q_proj,embed_tokens; keep one",
      })
  void whatCannotBeIsRefused(String tokens, String option, String value, String part) {
    CliRun run =
        option == null
            ? train("--add-tokens", tokens)
            : train("--add-tokens", tokens, option, value);
    assertThat(run.code()).isNotZero();
    assertThat(run.err()).contains(part);
  }
}
