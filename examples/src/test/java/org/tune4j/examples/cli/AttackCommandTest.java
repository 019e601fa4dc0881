package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.tensor.DType;
import org.tune4j.eval.result.ResultFolder;

/** Attacks from the command line, on a model of random weights that learned two words. */
class AttackCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;
  private static Path model;
  private static Path adapter;
  private static Path rows;

  @BeforeAll
  static void train() throws IOException {
    model = RandomDemo.model(folder, DType.FLOAT32);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      boolean good = i % 2 == 0;
      String text =
          i % 4 < 2
              ? "Room %d was %s".formatted(i * 7 % 90, good ? "lovely" : "dirty")
              : "%d号房间很%s".formatted(i * 7 % 90, good ? "干净" : "脏");
      lines.add("{\"text\":\"%s\",\"label\":\"%s\"}".formatted(text, good ? "good" : "bad"));
    }
    rows = Files.write(folder.resolve("moods.jsonl"), lines);
    Object[] call = {
      "classify",
      "--model",
      model,
      "--data",
      rows,
      "--output",
      folder.resolve("run"),
      "--precision",
      "fp32",
      "--learning-rate",
      "1e-2",
      "--lr-scheduler-type",
      "constant",
      "--max-steps",
      "16",
      "--target-modules",
      "all-linear"
    };
    CliRun trained = CliRun.of(call);
    assertThat(trained.code()).as(trained.err()).isZero();
    adapter = folder.resolve("run/adapter");
  }

  private static CliRun attack(Object... more) {
    List<Object> call =
        new ArrayList<>(List.of("attack", "--model", model, "--adapter", adapter, "--precision"));
    call.addAll(List.of("fp32", "--data", rows));
    call.addAll(Arrays.asList(more));
    return CliRun.of(call.toArray());
  }

  @Test
  void rowsAndFiguresAreWrittenAndComeAgain() throws IOException {
    Path out = folder.resolve("attacks");
    String all = "synonym,pwws,deepwordbug,typo,homophone,lookalike,hotflip";
    Object[] settings = {"--attack", all, "--num-examples", 6, "--output", out, "--json"};
    CliRun first = attack(settings);
    assertThat(first.code()).as(first.err()).isZero();
    assertThat(first.err()).contains("pwws  6/6");
    List<JsonNode> lines = first.json();
    assertThat(lines).hasSize(7 * (6 + 1));
    assertThat(lines.get(0).path("attack").textValue()).isEqualTo("synonym");
    assertThat(lines.get(0).path("where").textValue()).isEqualTo(rows + ":1");
    JsonNode figures = lines.get(6).path("figures");
    assertThat(figures.path("attack_success_rate").path("higher_is_better").booleanValue())
        .isFalse();
    assertThat(figures.path("original_accuracy").path("n").intValue()).isEqualTo(6);
    JsonNode written = JSON.readTree(out.resolve("attack.json").toFile());
    assertThat(written.path("seed").intValue()).isEqualTo(42);
    assertThat(written.path("attacks").get(0)).isEqualTo(lines.get(6));
    List<String> texts = Files.readAllLines(out.resolve("attack-deepwordbug.jsonl"));
    assertThat(texts).hasSize(6);
    assertThat(attack(settings).out()).isEqualTo(first.out());
  }

  @Test
  void figuresAreShownOfOneLanguage() {
    CliRun shown = attack("--attack", "homophone", "--language", "zh");
    assertThat(shown.code()).as(shown.err()).isZero();
    assertThat(shown.out()).contains("attack_success_rate").contains("queries");
    assertThat(shown.err()).contains("homophone  20/20");
  }

  @Test
  void aGateIsHeldAgainstEachAttack() throws IOException {
    Path out = folder.resolve("judged");
    Path gate =
        Files.writeString(
            folder.resolve("gate.yaml"),
            "gates: [{task: typo, figure: accuracy_under_attack, at_least: 1.1}]");
    CliRun run = attack("--attack", "typo", "--num-examples", 4, "--output", out, "--gate", gate);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("run does not pass");
    assertThat(out.resolve("junit.xml")).content().contains("typo: accuracy_under_attack");
    assertThat(out.resolve("report.html")).content().contains("attack_success_rate");
    assertThat(ResultFolder.read(out).get(0).task()).isEqualTo("typo");
  }

  @Test
  void wrongOrdersAreRefused() throws IOException {
    assertThat(attack("--attack", "homophones").err()).contains("did you mean homophone?");
    assertThat(attack("--num-examples", 3).err()).contains("--attack is missing");
    assertThat(attack("--attack", "typo", "--num-examples", 0).err()).contains("at least 1");
    Path pairs =
        Files.writeString(
            folder.resolve("pairs.jsonl"),
            "{\"text\":\"a\",\"text_pair\":\"b\",\"label\":\"good\"}\n");
    CliRun run =
        CliRun.of(
            "attack", "--model", model, "--adapter", adapter, "--data", pairs, "--attack", "typo");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("pairs.jsonl:1").contains("one text and its label");
  }
}
