package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.lora.Lora;
import org.tune4j.lora.LoraConfig;

/** Every command reads texts with the tokens that an adapter brings, and has rows for them. */
class AdapterVocabularyTest {
  private static final int VOCABULARY = 2048;
  @TempDir Path folder;
  private Path model;
  private Path rows;

  @BeforeEach
  void files() throws IOException {
    model = RandomDemo.model(folder, DType.FLOAT32);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      lines.add("{\"prompt\": \"<tool> %d:\", \"completion\": \" <answer>%d\"}".formatted(i, i));
    }
    rows = Files.write(folder.resolve("rows.jsonl"), lines);
  }

  private CliRun run(Object... call) {
    CliRun run = CliRun.of(call);
    assertThat(run.code()).as(run.err()).isZero();
    return run;
  }

  private Path train(String output, Object... more) {
    List<Object> call = new ArrayList<>(List.of("sft", "--model", model, "--data", rows));
    call.addAll(List.of("--output", folder.resolve(output), "--precision", "fp32"));
    call.addAll(List.of("--max-steps", 2, "--add-tokens", "<tool>,<answer>"));
    call.addAll(List.of(more));
    run(call.toArray());
    return folder.resolve(output);
  }

  /** Puts a tokenizer with a token more into a folder. */
  private void bringToken(Path adapter) {
    Path files = folder.resolve("tokenizer-of-" + adapter.getFileName());
    try (Tokenizer more = Tokenizer.load(model, List.of("<tool>"))) {
      AtomicFolder.write(files, more::writeTo);
      Files.copy(files.resolve("tokenizer.json"), adapter.resolve("tokenizer.json"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void aGreedySoupIsJudgedWithTheTokens() {
    Path first = train("one", "--seed", 1).resolve("adapter");
    Path second = train("two", "--seed", 2).resolve("adapter");
    Path soup = folder.resolve("soup");
    CliRun made =
        run(
            "soup",
            "--checkpoints",
            first + "," + second,
            "--output",
            soup,
            "--eval-data",
            rows,
            "--model",
            model,
            "--precision",
            "fp32");
    assertThat(made.err()).contains(first + ": loss ", second + ": loss ");
    assertThat(soup.resolve("tokenizer.json"))
        .hasSameBinaryContentAs(first.resolve("tokenizer.json"));
  }

  @Test
  void membersAreAskedWithTheTokens() throws IOException {
    Path labelled =
        Files.writeString(
            folder.resolve("labelled.jsonl"),
            """
            {"text": "good room", "label": "good"}
            {"text": "dirty room", "label": "bad"}
            {"text": "good food", "label": "good"}
            {"text": "dirty beds", "label": "bad"}
            """);
    Path asked =
        Files.writeString(
            folder.resolve("asked.jsonl"),
            "{\"text\": \"good beds\"}\n{\"text\": \"<tool> good\"}\n");
    List<Path> adapters = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Path output = folder.resolve("labels-" + i);
      run(
          "classify",
          "--model",
          model,
          "--data",
          labelled,
          "--output",
          output,
          "--precision",
          "fp32",
          "--max-steps",
          1,
          "--preflight-allow",
          "duplicates");
      adapters.add(Files.move(output.resolve("adapter"), folder.resolve("member-" + i)));
    }
    List<JsonNode> before = ask(asked, adapters.get(0)).json();
    bringToken(adapters.get(0));
    List<JsonNode> after = ask(asked, adapters.get(0)).json();
    assertThat(after.get(0)).isEqualTo(before.get(0));
    assertThat(after.get(1)).isNotEqualTo(before.get(1));
    String both = adapters.get(0) + "," + adapters.get(1);
    CliRun mixed = ask(asked, both);
    assertThat(mixed.code()).isNotZero();
    assertThat(mixed.err()).contains(adapters.get(1) + ": wanted the tokens of ");
    bringToken(adapters.get(1));
    assertThat(ask(asked, both).json()).hasSize(2);
  }

  private CliRun ask(Path asked, Object adapters) {
    return CliRun.of(
        "predict",
        "--model",
        model,
        "--adapter",
        adapters,
        "--data",
        asked,
        "--precision",
        "fp32",
        "--json");
  }

  /** PEFT's users pad an embedding to a multiple of some number: it has rows without tokens. */
  @Test
  void aPaddedEmbeddingIsLoadedAndMerged() throws IOException {
    Path adapter = folder.resolve("padded");
    LoraConfig config = LoraConfig.builder().modulesToSave("embed_tokens").build();
    try (CausalLm base = CausalLm.load(model, DType.FLOAT32).withVocabulary(VOCABULARY + 8);
        Lora lora = Lora.create(base, config, 1)) {
      lora.save(adapter, "base");
    }
    bringToken(adapter);
    Path merged = folder.resolve("merged");
    run("merge", "--model", model, "--adapter", adapter, "--output", merged);
    JsonNode written = new ObjectMapper().readTree(merged.resolve("config.json").toFile());
    assertThat(written.path("vocab_size").asInt()).isEqualTo(VOCABULARY + 8);
    try (SafetensorsFile file = SafetensorsFile.open(merged.resolve("model.safetensors"))) {
      assertThat(file.tensors().get("model.embed_tokens.weight").shape()[0])
          .isEqualTo(VOCABULARY + 8);
    }
    Object[] asked = {"generate", "--model", model, "--adapter", adapter, "--prompt", "<tool> 3"};
    assertThat(run(asked).out()).isNotEmpty();
  }

  @Test
  void labelsAddNoTokens() {
    CliRun refused =
        CliRun.of("classify", "--model", model, "--data", rows, "--add-tokens", "<tool>");
    assertThat(refused.code()).isNotZero();
    assertThat(refused.err()).contains("--add-tokens");
  }
}
