package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.tensor.DType;

/** What an old task needs, is held and replayed, and means of checkpoints, by commands. */
class ForgettingCommandsTest {
  @TempDir Path folder;
  private Path model;
  private Path oldRows;
  private Path newRows;

  @BeforeEach
  void files() throws IOException {
    model = RandomDemo.model(folder, DType.FLOAT32);
    oldRows = RandomDemo.rows(folder, "sentiment_train.jsonl", 12);
    newRows = RandomDemo.rows(folder, "arithmetic_train.jsonl", 24);
  }

  private CliRun sft(String output, Object... more) {
    List<Object> call =
        new ArrayList<>(
            List.of(
                "sft", "--model", model, "--data", newRows, "--output", folder.resolve(output)));
    call.addAll(List.of("--precision", "fp32", "--max-steps", "2", "--save-steps", "1", "--json"));
    call.addAll(List.of(more));
    return CliRun.of(call.toArray());
  }

  private CliRun fisher(String output, Object... more) {
    List<Object> call =
        new ArrayList<>(
            List.of("fisher", "--model", model, "--data", oldRows, "--num-samples", "4", "--json"));
    call.addAll(List.of("--precision", "fp32", "--output", folder.resolve(output)));
    call.addAll(List.of(more));
    return CliRun.of(call.toArray());
  }

  @Test
  void whatIsMeasuredHoldsWhatIsTrained() {
    String[] upper = {"--method", "full", "--freeze-layers", "1", "--freeze-embeddings"};
    CliRun measured = fisher("full.safetensors", (Object[]) upper);
    assertThat(measured.code()).as(measured.err()).isZero();
    long numbers = measured.json().get(0).get("trained_parameters").asLong();
    Object[] held = {
      "--method",
      "full",
      "--freeze-layers",
      "1",
      "--freeze-embeddings",
      "--ewc-file",
      folder.resolve("full.safetensors"),
      "--ewc-lambda",
      "10",
      "--neftune-noise-alpha",
      "5",
      "--ema-decay",
      "0.5",
      "--use-ema-warmup"
    };
    CliRun run = sft("held", held);
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.json().get(0).get("trained_parameters").asLong()).isEqualTo(numbers);
    assertThat(folder.resolve("held/model/model.safetensors")).isRegularFile();
    assertThat(run.json().get(0).get("model").asText()).endsWith("model");
    // Of other tensors than will be trained: told before the model is loaded.
    CliRun other =
        sft(
            "other",
            "--method",
            "full",
            "--ewc-file",
            folder.resolve("full.safetensors"),
            "--ewc-lambda",
            "10");
    assertThat(other.code()).isEqualTo(1);
    assertThat(other.err()).contains("is not of what is trained here", "missing: ");
    assertThat(fisher("none/full.safetensors").err()).contains("there is no folder for");
    CliRun lora = fisher("lora.safetensors", "--r", "2");
    assertThat(lora.code()).as(lora.err()).isZero();
    CliRun adapter =
        sft(
            "adapter",
            "--r",
            "2",
            "--ewc-file",
            folder.resolve("lora.safetensors"),
            "--ewc-lambda",
            "10");
    assertThat(adapter.code()).as(adapter.err()).isZero();
  }

  @Test
  void oldRowsAreAmongTheNewOnes() throws IOException {
    CliRun run =
        sft(
            "replayed",
            "--replay-data",
            oldRows,
            "--replay-share",
            "0.5",
            "--l2-to-start",
            "0.1",
            "--preflight-allow",
            "duplicates");
    assertThat(run.code()).as(run.err()).isZero();
    for (String record : List.of("preflight.json", "run.json")) {
      assertThat(Files.readString(folder.resolve("replayed").resolve(record)))
          .contains("sentiment_train", "arithmetic_train");
    }
    // The random model ends no answer.
    Files.createDirectories(folder.resolve("own"));
    CliRun none =
        sft(
            "own",
            "--replay-prompts",
            oldRows,
            "--replay-share",
            "0.5",
            "--replay-max-new-tokens",
            "2");
    assertThat(none.code()).isEqualTo(1);
    assertThat(none.err()).contains("none of 12 prompts got an answer that ended");
    // A run that goes on takes the answers that are there.
    Files.copy(oldRows, folder.resolve("own/replay.jsonl"));
    CliRun own =
        sft(
            "own",
            "--replay-prompts",
            oldRows,
            "--replay-share",
            "0.5",
            "--resume",
            "--preflight-allow",
            "duplicates");
    assertThat(own.code()).as(own.err()).isZero();
    assertThat(Files.readString(folder.resolve("own/preflight.json"))).contains("replay.jsonl");
  }

  @Test
  void checkpointsOfARunHaveAMean() {
    assertThat(sft("a", "--r", "2").code()).isZero();
    Path first = folder.resolve("a/checkpoint-1");
    Path second = folder.resolve("a/checkpoint-2");
    CliRun soup =
        CliRun.of("soup", "--checkpoints", first + "," + second, "--output", folder.resolve("s"));
    assertThat(soup.code()).as(soup.err()).isZero();
    assertThat(soup.out().strip()).isEqualTo(folder.resolve("s").toString());
    CliRun answers =
        CliRun.of(
            "generate",
            "--model",
            model,
            "--adapter",
            folder.resolve("s"),
            "--prompt",
            "Review:",
            "--max-new-tokens",
            "2",
            "--precision",
            "fp32");
    assertThat(answers.code()).as(answers.err()).isZero();
    CliRun greedy =
        CliRun.of(
            "soup",
            "--checkpoints",
            first + "," + second,
            "--output",
            folder.resolve("g"),
            "--model",
            model,
            "--eval-data",
            newRows,
            "--precision",
            "fp32",
            "--json");
    assertThat(greedy.code()).as(greedy.err()).isZero();
    assertThat(greedy.json().get(0).get("checkpoints").size()).isBetween(1, 2);
    CliRun wrong =
        CliRun.of("soup", "--checkpoints", first + "," + model, "--output", folder.resolve("w"));
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("one is an adapter and the other a model");
    CliRun needless =
        CliRun.of(
            "soup",
            "--checkpoints",
            first + "," + second,
            "--output",
            folder.resolve("w"),
            "--model",
            model);
    assertThat(needless.code()).isEqualTo(2);
    assertThat(needless.err()).contains("model needs eval_data");
  }
}
