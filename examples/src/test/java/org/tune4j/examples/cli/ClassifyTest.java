package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.tensor.DType;

/** Heads trained and asked from the command line, on a model of random weights. */
class ClassifyTest {
  @TempDir private static Path folder;
  private static Path model;

  @BeforeAll
  static void model() throws IOException {
    model = RandomDemo.model(folder, DType.FLOAT32);
  }

  private static Path file(String name, String... lines) throws IOException {
    return Files.write(folder.resolve(name), List.of(lines));
  }

  /** Texts that are good or bad, as the last word says. */
  private static Path moods(String name, int count) throws IOException {
    String[] lines = new String[count];
    for (int i = 0; i < count; i++) {
      boolean good = i % 2 == 0;
      lines[i] =
          "{\"text\":\"Room %d was %s\",\"label\":\"%s\"}"
              .formatted(i * 7 % 90, good ? "lovely" : "dirty", good ? "good" : "bad");
    }
    return file(name, lines);
  }

  private static List<Object> call(Path rows, Path run, Object... more) {
    List<Object> call =
        new ArrayList<>(
            List.of("classify", "--model", model, "--data", rows, "--output", run, "--precision"));
    call.addAll(List.of("fp32", "--learning-rate", "1e-2", "--lr-scheduler-type", "constant"));
    call.addAll(Arrays.asList(more));
    return call;
  }

  private static CliRun classify(Path rows, Path run, Object... more) {
    return CliRun.of(call(rows, run, more).toArray());
  }

  private static CliRun predict(Object... more) {
    List<Object> call = new ArrayList<>(List.of("predict", "--precision", "fp32"));
    call.addAll(Arrays.asList(more));
    return CliRun.of(call.toArray());
  }

  private static String shown(CliRun run) {
    assertThat(run.code()).as(run.err()).isZero();
    return run.out().strip();
  }

  @Test
  void anAdapterWithItsHeadLabelsTextsAndGoesOnByteEqual() throws IOException {
    Path rows = moods("moods.jsonl", 40);
    Path heldOut = moods("held-out.jsonl", 8);
    Path run = folder.resolve("moods");
    Object[] settings = {
      "--eval-data",
      heldOut,
      "--eval-steps",
      "8",
      "--save-steps",
      "8",
      "--max-steps",
      "16",
      "--label-weights",
      "bad=2",
      "--focal-gamma",
      "1",
      "--augment",
      "typo,lookalike",
      "--adversarial-epsilon",
      "0.1",
      "--target-modules",
      "all-linear",
      "--preflight-allow",
      "overlap",
      "--json"
    };
    CliRun trained = classify(rows, run, settings);
    assertThat(trained.code()).as(trained.err()).isZero();
    JsonNode line = trained.json().get(0);
    assertThat(line.path("eval_accuracy").doubleValue()).isEqualTo(1);
    assertThat(line.path("eval_f1_macro").doubleValue()).isEqualTo(1);
    Path adapter = run.resolve("adapter");
    assertThat(line.path("folder").textValue()).isEqualTo(adapter.toString());

    Path asked = file("asked.jsonl", "{\"text\":\"Room 3 was dirty\"}", "{\"text\":\"lovely\"}");
    Object[] question = {"--model", model, "--adapter", adapter, "--data", asked};
    assertThat(shown(predict(question)).lines()).containsExactly("bad", "good");
    Object[] asJson = Arrays.copyOf(question, question.length + 1);
    asJson[question.length] = "--json";
    JsonNode said = predict(asJson).json().get(0);
    assertThat(said.path("where").textValue()).isEqualTo(asked + ":1");
    assertThat(said.path("label").textValue()).isEqualTo("bad");
    double sum = 0;
    for (JsonNode score : said.path("scores")) {
      sum += score.doubleValue();
    }
    assertThat(sum).isCloseTo(1, org.assertj.core.api.Assertions.within(1e-6));

    byte[] weights = Files.readAllBytes(adapter.resolve("adapter_model.safetensors"));
    CliRun again =
        CliRun.of(
            "classify", "--config", run.resolve("config.json"), "--output", folder.resolve("same"));
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(folder.resolve("same/adapter/adapter_model.safetensors")).hasBinaryContent(weights);
    delete(run.resolve("checkpoint-16"));
    delete(adapter);
    Object[] resumed = Arrays.copyOf(settings, settings.length + 1);
    resumed[settings.length] = "--resume";
    CliRun goneOn = classify(rows, run, resumed);
    assertThat(goneOn.err()).contains("going on after step 8");
    assertThat(adapter.resolve("adapter_model.safetensors")).hasBinaryContent(weights);
    assertThat(classify(rows, run, settings).err()).contains("holds a run already");
  }

  private static void delete(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }

  /** They would be passed over in silence. */
  @ParameterizedTest
  @ValueSource(strings = {"--weights=nf4", "--eval-metrics=bleu"})
  void settingsOfSftThatHeadsDoNotHaveAreRefused(String option) throws IOException {
    Path run = folder.resolve("of-texts");
    CliRun refused = classify(moods("few.jsonl", 4), run, "--max-steps", "1", option);
    assertThat(refused.code()).isNotZero();
    assertThat(refused.err()).contains(option.substring(0, option.indexOf('=')));
    assertThat(run).doesNotExist();
  }

  @Test
  void aWholeModelLabelsWords() throws IOException {
    String[] lines = new String[24];
    for (int i = 0; i < lines.length; i++) {
      lines[i] =
          "{\"tokens\":[\"see\",\"Ann\",\"%s\",\"now\"],\"tags\":[\"O\",\"B-PER\",\"I-PER\",\"O\"]}"
              .formatted((char) ('A' + i));
    }
    Path rows = file("names.jsonl", lines);
    Path run = folder.resolve("names");
    CliRun trained = classify(rows, run, "--method", "full", "--max-steps", "30");
    assertThat(shown(trained)).isEqualTo(run.resolve("model").toString());
    Path asked = file("words.jsonl", "{\"tokens\":[\"see\",\"Ann\",\"B\",\"now\"]}");
    assertThat(shown(predict("--model", run.resolve("model"), "--data", asked)))
        .isEqualTo("O B-PER I-PER O");
    assertThat(
            shown(predict("--model", run.resolve("model"), "--data", asked, "--max-length", "2")))
        .isEqualTo("O B-PER O O");
  }

  @Test
  void pairsGetNumbersAndTextsManyLabels() throws IOException {
    Path pairs =
        file(
            "pairs.jsonl",
            "{\"sentence1\":\"a cat\",\"sentence2\":\"a dog\",\"label\":0.5}",
            "{\"sentence1\":\"a cat\",\"sentence2\":\"one cat\",\"label\":1.5}");
    Path run = folder.resolve("pairs");
    Object[] numbers = {"--task", "regression", "--max-steps", "2", "--preflight-allow", "labels"};
    shown(classify(pairs, run, numbers));
    String said =
        shown(predict("--model", model, "--adapter", run.resolve("adapter"), "--data", pairs));
    assertThat(said.lines().map(Float::parseFloat)).hasSize(2).doesNotHaveDuplicates();

    Path many =
        file(
            "many.jsonl",
            "{\"text\":\"loud and dirty\",\"labels\":[\"loud\",\"dirty\"]}",
            "{\"text\":\"quiet\",\"labels\":[]}");
    Path labelled = folder.resolve("many");
    shown(classify(many, labelled, "--max-steps", "40"));
    Path adapter = labelled.resolve("adapter");
    assertThat(
            shown(predict("--model", model, "--adapter", adapter, "--data", many, "--json"))
                .lines())
        .anyMatch(line -> line.contains("\"labels\":[\"dirty\",\"loud\"]"))
        .anyMatch(line -> line.contains("\"labels\":[]"));
  }

  @Test
  void whatCannotBeMeantIsRefused() throws IOException {
    Path rows = moods("few.jsonl", 4);
    Path run = folder.resolve("refused");
    assertThat(classify(rows, run, "--task", "regression", "--focal-gamma", "2").err())
        .contains("not for Regression");
    assertThat(classify(rows, run, "--task", "regresion").err())
        .contains("the nearest is regression");
    assertThat(classify(rows, run, "--adversarial-epsilon", "-1").err())
        .contains("adversarial_epsilon: wanted 0 or above, found -1.0");
    assertThat(classify(rows, run, "--augment", "hotflip").err()).contains("hotflip");
    assertThat(classify(rows, run, "--augment", "typos").err()).contains("did you mean typo?");
    assertThat(classify(rows, run, "--augment", "typo", "--pct-words-to-swap", "2").err())
        .contains("found 2.0");
    assertThat(classify(rows, run, "--transformations-per-example", "0").err())
        .contains("transformations_per_example: wanted at least 1, found 0");
    assertThat(classify(rows, run, "--label-weights", "fine=2").err())
        .contains("there is no label 'fine' in [bad, good]");
    assertThat(classify(rows, run, "--labels", "good,awful").err())
        .contains("is 'bad'")
        .contains("good");
    CliRun headless = predict("--model", model, "--data", rows);
    assertThat(headless.code()).isEqualTo(2);
    assertThat(headless.err()).contains("has no head of labels");
  }
}
