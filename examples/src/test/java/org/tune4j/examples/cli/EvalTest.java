package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.tensor.DType;

/** A model measured and compared from the command line. */
class EvalTest {
  @TempDir private static Path folder;
  private static Path model;
  private static Path task;

  @BeforeAll
  static void model() throws IOException {
    model = RandomDemo.model(folder, DType.FLOAT32);
    Path rows = RandomDemo.rows(folder, "sentiment_test.jsonl", 6);
    task =
        Files.writeString(
            folder.resolve("choices.yaml"),
            """
            task: polarity
            output_type: multiple_choice
            dataset_path: %s
            doc_to_text: prompt
            doc_to_choice: [" positive", " negative"]
            doc_to_target: "{{ 0 if 'pos' in completion or '正' in completion else 1 }}"
            target_delimiter: ""
            """
                .formatted(rows));
  }

  private static CliRun eval(Object... more) {
    Object[] call = new Object[more.length + 7];
    List.of("eval", "--model", model, "--precision", "fp32", "--tasks", task).toArray(call);
    System.arraycopy(more, 0, call, 7, more.length);
    return CliRun.of(call);
  }

  @Test
  void figuresAreShownWrittenAndCompared() {
    Path first = folder.resolve("first");
    CliRun shown = eval("--output", first);
    assertThat(shown.code()).as(shown.err()).isZero();
    assertThat(shown.out().lines().map(line -> line.split(" +")[1]))
        .containsExactly("figure", "acc", "acc_norm");
    assertThat(first.resolve("results.json")).exists();
    assertThat(first.resolve("samples_polarity.jsonl")).isNotEmptyFile();
    assertThat(first.resolve("report.html")).isNotEmptyFile();
    Path both = folder.resolve("both");
    CliRun same =
        CliRun.of("compare", "--baseline", first, "--candidate", first, "--output", both, "--json");
    assertThat(same.code()).as(same.err()).isZero();
    JsonNode acc = same.json().get(0);
    assertThat(acc.path("difference").asDouble()).isZero();
    assertThat(acc.path("p").asDouble()).isOne();
    assertThat(acc.path("n").asInt()).isEqualTo(6);
    assertThat(both.resolve("report.html")).isNotEmptyFile();
    CliRun seeds = CliRun.of("compare", "--baseline", first + "," + first);
    assertThat(seeds.code()).as(seeds.err()).isZero();
    assertThat(seeds.out()).contains("2 runs");
    CliRun page = CliRun.of("compare", "--baseline", first + "," + first, "--output", both);
    assertThat(page.err()).contains("--output: wanted one model on each side");
  }

  @Test
  void aRunIsMeasuredByTasks() throws IOException {
    Path run = folder.resolve("measured");
    CliRun sft =
        CliRun.of(
            "sft",
            "--model",
            model,
            "--data",
            RandomDemo.rows(folder, "sentiment_train.jsonl", 8),
            "--output",
            run,
            "--precision",
            "fp32",
            "--max-steps",
            2,
            "--eval-steps",
            1,
            "--eval-tasks",
            task);
    assertThat(sft.code()).as(sft.err()).isZero();
    assertThat(Files.readString(run.resolve("metrics.jsonl")))
        .contains("\"eval_polarity_acc\":")
        .doesNotContain("eval_loss");
  }

  @Test
  void aGateThatIsNotPassedIsAnExitCode() throws IOException {
    Path high = Files.writeString(folder.resolve("high.yaml"), gate("at_least: 1.1"));
    Path low = Files.writeString(folder.resolve("low.yaml"), gate("at_least: 0"));
    Path judged = folder.resolve("judged");
    CliRun failed = eval("--gate", high, "--limit", 2, "--output", judged, "--json");
    assertThat(failed.code()).isOne();
    assertThat(failed.json().get(2).path("passed").asBoolean(true)).isFalse();
    assertThat(judged.resolve("junit.xml")).content().contains("failures=\"1\"");
    assertThat(judged.resolve("gate.json")).content().contains("\"passed\" : false");
    assertThat(failed.err()).contains("FAIL").contains("acc >= 1.1");
    assertThat(eval("--gate", low, "--limit", 2).code()).isZero();
  }

  private static String gate(String bound) {
    return "gates: [{figure: acc, %s}]".formatted(bound);
  }

  @Test
  void whatCannotBeMeantIsRefused() throws IOException {
    assertThat(eval("--tasks", task).err()).contains("given more than once");
    CliRun twice =
        CliRun.of("eval", "--model", model, "--tasks", task + "," + task, "--precision", "fp32");
    assertThat(twice.code()).isEqualTo(2);
    assertThat(twice.err()).contains("a name of its own");
    CliRun one = CliRun.of("compare", "--baseline", folder, "--candidate", folder);
    assertThat(one.code()).isOne();
    assertThat(one.err()).contains("results.json is missing");
    assertThat(CliRun.of("compare", "--baseline", folder).code()).isEqualTo(1);
  }
}
