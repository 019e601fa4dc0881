package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/** The commands one after the other, as a user would call them, on a model of random weights. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CommandsTest {
  @TempDir private static Path folder;
  private static Path model;
  private static Path rows;
  private static Path heldOut;
  private static Path run;

  @BeforeAll
  static void files() throws IOException {
    model = RandomDemo.model(folder, DType.BFLOAT16);
    rows = RandomDemo.rows(folder, "sentiment_train.jsonl", 24);
    heldOut = RandomDemo.rows(folder, "sentiment_test.jsonl", 6);
    run = folder.resolve("run");
  }

  private static CliRun sft(Object... more) {
    Object[] base = {
      "sft",
      "--model",
      model,
      "--data",
      rows,
      "--output",
      run,
      "--precision",
      "fp32",
      "--max-length",
      "96",
      "--max-steps",
      "12",
      "--save-steps",
      "6",
      "--learning-rate",
      "5e-3",
      "--target-modules",
      "all-linear",
      "--eval-data",
      heldOut,
      "--eval-steps",
      "6"
    };
    Object[] all = java.util.Arrays.copyOf(base, base.length + more.length);
    System.arraycopy(more, 0, all, base.length, more.length);
    return CliRun.of(all);
  }

  private static List<JsonNode> metrics() throws IOException {
    ObjectMapper json = new ObjectMapper();
    try (var lines = Files.lines(run.resolve("metrics.jsonl"))) {
      return lines.map(line -> json.convertValue(read(json, line), JsonNode.class)).toList();
    }
  }

  private static JsonNode read(ObjectMapper json, String line) {
    try {
      return json.readTree(line);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  @Order(1)
  void inspectNamesModulesAndForecastsMemory() {
    JsonNode facts = CliRun.of("inspect", "--model", model, "--json").json().get(0);
    assertThat(facts.at("/architecture/model_type").asText()).isEqualTo("llama");
    assertThat(facts.at("/architecture/blocks").asInt()).isEqualTo(2);
    assertThat(facts.at("/weights/bytes_by_dtype/BF16").asLong())
        .isEqualTo(2 * facts.path("parameters").asLong());
    assertThat(facts.path("modules").findValuesAsText("name"))
        .contains("model.layers.1.self_attn.q_proj", "model.embed_tokens", "lm_head");
    assertThat(facts.at("/tokenizer/eos_token").asText()).isEqualTo("<|im_end|>");
    assertThat(facts.at("/tokenizer/chat_template").asBoolean()).isTrue();
    // q and v of two blocks: r x (inputs + outputs).
    assertThat(facts.at("/memory_forecast/trained_parameters").asLong())
        .isEqualTo(2 * 8 * (192 + 192 + 192 + 64));
    assertThat(facts.at("/memory_forecast/is").asText()).contains("estimate");
  }

  @Test
  @Order(1)
  void inspectIsReadableByHumansToo() {
    CliRun run = CliRun.of("inspect", "--model", model, "--r", "4");
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("q_proj: 192 x 192, 2 (model.layers.0.self_attn.q_proj, …)")
        .contains("an estimate");
  }

  @Test
  @Order(1)
  void preflightTellsWhatWouldBeLearnedAndRefusesWhatCannotBeMeant() throws IOException {
    CliRun fine = CliRun.of("preflight", "--model", model, "--data", rows, "--eval-data", heldOut);
    assertThat(fine.code()).isZero();
    assertThat(fine.out()).contains("rows          24", "⟦", "stop_token", "overlap");
    Path twice = folder.resolve("twice.jsonl");
    Files.writeString(twice, "{\"prompt\": \"a\", \"completion\": \"b\"}\n".repeat(5));
    CliRun refused = CliRun.of("preflight", "--model", model, "--data", twice, "--json");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.json().get(0).path("findings").toString()).contains("4 of 5 rows");
    Path other = folder.resolve("not-run");
    CliRun run = CliRun.of("sft", "--model", model, "--data", twice, "--output", other);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("cannot be meant", "--preflight-allow duplicates");
    assertThat(other.resolve("preflight.json")).exists();
    assertThat(other.resolve("adapter")).doesNotExist();
  }

  @Test
  @Order(1)
  void preflightLooksAtLabelledRowsToo() throws IOException {
    Path csv = Files.writeString(folder.resolve("r.csv"), "label,review\n1,good\n0,bad\n1,fine\n");
    CliRun run =
        CliRun.of(
            "preflight", "--model", model, "--data", csv, "--columns", "text=review,label=label");
    assertThat(run.out()).contains("Classes (labels)", "66.7 %");
    assertThat(run.code()).isZero();
  }

  @Test
  @Order(1)
  void allKindsOfBadRowsAreNamedAtOnceOrSkippedAndCounted() throws IOException {
    Path bad = folder.resolve("bad.jsonl");
    Files.writeString(bad, "{\"txt\":1}\nno json\n{\"text\":\"fine here\"}\n{\"text\":2}\n");
    CliRun failed = CliRun.of("preflight", "--model", model, "--data", bad);
    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.err())
        .contains("3 rows cannot be used", "bad.jsonl:1: ", "bad.jsonl:2: ", "bad.jsonl:4: ");
    CliRun skipped =
        CliRun.of("preflight", "--model", model, "--data", bad, "--on-bad-row", "skip");
    assertThat(skipped.out()).contains("rows          1, 3 bad");
  }

  @Test
  @Order(1)
  void renderShowsARowAsTheModelSeesIt() throws IOException {
    Path chat = folder.resolve("chat.jsonl");
    Files.writeString(
        chat,
        """
        {"messages": [{"role": "user", "content": "say <|im_end|>"}, {"role": "assistant", "content": "no"}]}
        """);
    CliRun shown = CliRun.of("render", "--model", model, "--data", chat);
    assertThat(shown.code()).isZero();
    assertThat(shown.out()).contains("⟦no<|im_end|>⟧");
    JsonNode json = CliRun.of("render", "--model", model, "--data", chat, "--json").json().get(0);
    assertThat(json.path("learned")).singleElement().hasToString("\"no<|im_end|>\"");
    assertThat(json.path("input_ids")).hasSameSizeAs(json.path("labels"));
    CliRun beyond = CliRun.of("render", "--model", model, "--data", chat, "--rows", "2");
    assertThat(beyond.code()).isEqualTo(2);
    assertThat(beyond.err()).contains("wanted 1 to 1, found 2");
  }

  @Test
  @Order(2)
  void sftLearnsAndPrintsTheAdaptersFolder() throws IOException {
    long scopes = TensorScope.openScopes();
    CliRun trained = sft();
    assertThat(trained.err()).contains("trainable params:", "step 12/12", "eval_loss", "24 read");
    assertThat(trained.code()).isZero();
    assertThat(trained.out().strip()).isEqualTo(run.resolve("adapter").toString());
    assertThat(run.resolve("adapter/adapter_model.safetensors")).exists();
    List<JsonNode> steps = metrics().stream().filter(line -> line.has("loss")).toList();
    assertThat(steps).hasSize(12);
    assertThat(steps.get(11).path("loss").asDouble())
        .isLessThan(steps.get(0).path("loss").asDouble() - 0.5);
    assertThat(TensorScope.openScopes()).isEqualTo(scopes);
    for (String file : List.of("config.json", "run.json", "report.html", "checkpoint-6")) {
      assertThat(run.resolve(file)).exists();
    }
    assertThat(Files.readString(run.resolve("report.html"))).contains("eval_loss");
  }

  @Test
  @Order(3)
  void aRunsConfigurationCanBeRunAgain() {
    Path other = folder.resolve("again");
    CliRun again =
        CliRun.of("sft", "--config", run.resolve("config.json"), "--output", other, "--json");
    assertThat(again.code()).isZero();
    assertThat(other.resolve("adapter/adapter_model.safetensors"))
        .hasSameBinaryContentAs(run.resolve("adapter/adapter_model.safetensors"));
  }

  @Test
  @Order(3)
  void sftRefusesToWriteOverARun() {
    CliRun again = sft();
    assertThat(again.code()).isEqualTo(2);
    assertThat(again.err()).contains("holds a run already", "--resume");
  }

  @Test
  @Order(3)
  void sftGoesOnWithResume() {
    CliRun resumed = sft("--resume", "--json");
    assertThat(resumed.code()).isZero();
    assertThat(resumed.err()).contains("going on after step 12");
    assertThat(resumed.json().get(0).path("steps").asInt()).isEqualTo(12);
  }

  @Test
  @Order(3)
  void sftWithoutHeldOutRowsCannotEvaluate() {
    CliRun wrong =
        CliRun.of(
            "sft",
            "--model",
            model,
            "--data",
            rows,
            "--output",
            folder.resolve("other"),
            "--eval-steps",
            "5");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("eval_data");
  }

  @Test
  @Order(4)
  void generateAnswersWithAndWithoutTheAdapter() {
    Object[] call = {
      "generate",
      "--model",
      model,
      "--prompts",
      heldOut,
      "--max-new-tokens",
      "6",
      "--json",
      "--precision",
      "fp32",
      "--batch-size",
      "4"
    };
    CliRun bare = CliRun.of(call);
    assertThat(bare.err()).isEmpty();
    assertThat(bare.code()).isZero();
    assertThat(bare.json()).hasSize(6);
    assertThat(bare.json().get(0).path("new_tokens").asInt()).isBetween(1, 6);
    Object[] adapted = java.util.Arrays.copyOf(call, call.length + 2);
    adapted[call.length] = "--adapter";
    adapted[call.length + 1] = run.resolve("adapter");
    CliRun tuned = CliRun.of(adapted);
    assertThat(tuned.code()).isZero();
    assertThat(tuned.out()).isNotEqualTo(bare.out());
  }

  @Test
  @Order(4)
  void generateDrawsTheSameWithTheSameSeed() {
    Object[] call = {
      "generate",
      "--model",
      model,
      "--prompt",
      "评论：房间很干净",
      "--max-new-tokens",
      "8",
      "--temperature",
      "0.9",
      "--seed",
      "3",
      "--precision",
      "fp32"
    };
    CliRun first = CliRun.of(call);
    assertThat(first.code()).isZero();
    assertThat(CliRun.of(call)).isEqualTo(first);
  }

  @Test
  @Order(4)
  void generateSearchesAlongBeams() {
    Object[] call = {
      "generate",
      "--model",
      model,
      "--prompts",
      heldOut,
      "--max-new-tokens",
      "6",
      "--num-beams",
      "3",
      "--length-penalty",
      "0.5",
      "--early-stopping",
      "never",
      "--json",
      "--precision",
      "fp32"
    };
    CliRun beams = CliRun.of(call);
    assertThat(beams.err()).isEmpty();
    assertThat(beams.json()).hasSize(6);
    for (JsonNode line : beams.json()) {
      assertThat(line.path("score").asDouble()).isNegative();
      assertThat(line.path("new_tokens").asInt()).isBetween(1, 6);
      assertThat(line.path("finish_reason").asText()).isIn("end_of_text", "length");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--top-k 3 --num-beams 2", "--stop x --num-beams 2", "--length-penalty 2"})
  @Order(4)
  void generateRefusesWhatDoesNotGoWithBeams(String options) {
    List<Object> call = new ArrayList<>(List.of("generate", "--model", model, "--prompt", "a"));
    call.addAll(List.of(options.split(" ")));
    CliRun refused = CliRun.of(call.toArray());
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("num_beams");
  }

  @Test
  @Order(4)
  void generateStopsAtAText() {
    Object[] call = {
      "generate", "--model", model, "--prompt", "Hello", "--max-new-tokens", "6", "--json"
    };
    String text = CliRun.of(call).json().get(0).path("text").asText();
    Object[] stopped = java.util.Arrays.copyOf(call, call.length + 2);
    stopped[call.length] = "--stop";
    stopped[call.length + 1] =
        Character.toString(
            text.codePoints().filter(Character::isLetterOrDigit).findFirst().orElseThrow());
    JsonNode line = CliRun.of(stopped).json().get(0);
    assertThat(line.path("finish_reason").asText()).isEqualTo("stop_string");
  }

  @Test
  @Order(4)
  void generateWantsPromptsOnce() {
    CliRun none = CliRun.of("generate", "--model", model);
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("--prompt", "--prompts");
  }

  @Test
  @Order(4)
  void chatAnswersLineByLine() {
    CliRun chat =
        CliRun.typing("Hello\n\n你好\n", "chat", "--model", model, "--max-new-tokens", "4", "--json");
    assertThat(chat.code()).isZero();
    assertThat(chat.json())
        .extracting(turn -> turn.path("user").asText())
        .containsExactly("Hello", "你好");
  }

  @Test
  @Order(5)
  void mergeWritesAModelThatAnswersLikeTheAdapter() throws IOException {
    Path merged = folder.resolve("merged");
    long scopes = TensorScope.openScopes();
    byte[] before = Files.readAllBytes(model.resolve("model.safetensors"));
    CliRun merge =
        CliRun.of(
            "merge",
            "--model",
            model,
            "--adapter",
            run.resolve("adapter"),
            "--output",
            merged,
            "--dtype",
            "fp32",
            "--json");
    assertThat(merge.err()).contains("greatest difference");
    assertThat(merge.code()).isZero();
    JsonNode line = merge.json().get(0);
    assertThat(line.path("max_abs_logit_drift").asDouble()).isBetween(0.0, 1e-3);
    assertThat(line.path("same_best_token").asInt()).isEqualTo(line.path("positions").asInt());
    assertThat(Files.readAllBytes(model.resolve("model.safetensors"))).isEqualTo(before);
    assertThat(TensorScope.openScopes()).isEqualTo(scopes);
    assertThat(merged.resolve("tokenizer.json")).exists();
    Object[] ask = {"--prompts", heldOut, "--max-new-tokens", "6", "--precision", "fp32"};
    assertThat(generate(ask, "--model", merged))
        .isEqualTo(generate(ask, "--model", model, "--adapter", run.resolve("adapter")));
  }

  private static String generate(Object[] ask, Object... which) {
    Object[] call = new Object[1 + ask.length + which.length];
    call[0] = "generate";
    System.arraycopy(ask, 0, call, 1, ask.length);
    System.arraycopy(which, 0, call, 1 + ask.length, which.length);
    CliRun run = CliRun.of(call);
    assertThat(run.code()).isZero();
    return run.out();
  }

  @Test
  @Order(5)
  void mergeKeepsTheTypeOfTheBase() {
    Path merged = folder.resolve("merged-bf16");
    CliRun merge =
        CliRun.of(
            "merge", "--model", model, "--adapter", run.resolve("adapter"), "--output", merged);
    assertThat(merge.code()).isZero();
    assertThat(merge.out().strip()).isEqualTo(merged.toString());
    JsonNode facts = CliRun.of("inspect", "--model", merged, "--json").json().get(0);
    assertThat(facts.at("/weights/bytes_by_dtype").size()).isEqualTo(1);
    assertThat(facts.at("/weights/bytes_by_dtype/BF16").isNumber()).isTrue();
  }

  @Test
  @Order(5)
  void mergeRefusesTooGreatADrift() throws IOException {
    Path refused = folder.resolve("refused");
    CliRun merge =
        CliRun.of(
            "merge",
            "--model",
            model,
            "--adapter",
            run.resolve("adapter"),
            "--output",
            refused,
            "--max-drift",
            "1e-9");
    assertThat(merge.code()).isEqualTo(1);
    assertThat(merge.err()).contains("max_drift", "nothing was written");
    try (var files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.contains("refused"));
    }
  }

  @Test
  @Order(5)
  void benchPrintsOneLine() {
    CliRun bench =
        CliRun.of(
            "bench",
            "sft",
            "--model",
            model,
            "--data",
            rows,
            "--batch",
            "2",
            "--steps",
            "3",
            "--max-length",
            "64",
            "--dtype",
            "fp32",
            "--rank",
            "4");
    assertThat(bench.code()).isZero();
    assertThat(bench.json())
        .singleElement()
        .satisfies(line -> assertThat(line.path("tokens_per_s").asDouble()).isPositive());
  }
}
