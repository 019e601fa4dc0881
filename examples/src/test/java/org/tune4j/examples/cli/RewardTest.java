package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.EncodedExamples;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.rlhf.reward.model.RewardEncoder;

/** Reward models trained and asked from the command line, on a decoder of random weights. */
class RewardTest {
  @TempDir private static Path folder;
  private static Path model;

  @BeforeAll
  static void model() throws IOException {
    model = RandomDemo.model(folder, DType.FLOAT32);
  }

  private static Path pairs(String name, int count) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lines.add(
          "{\"prompt\":\"Room %d was\",\"chosen\":\" lovely\",\"rejected\":\" dirty\"}"
              .formatted(i));
    }
    return Files.write(folder.resolve(name), lines);
  }

  private static CliRun call(String command, Object... more) {
    List<Object> call = new ArrayList<>(List.of(command, "--model", model, "--precision", "fp32"));
    call.addAll(Arrays.asList(more));
    return CliRun.of(call.toArray());
  }

  private static String shown(CliRun run) {
    assertThat(run.code()).as(run.err()).isZero();
    return run.out().strip();
  }

  private static String train(Path rows, Path run, int seed) {
    return shown(
        call(
            "reward",
            "--data",
            rows,
            "--output",
            run,
            "--learning-rate",
            "1e-2",
            "--seed",
            seed,
            "--val-size",
            "0.2",
            "--eval-steps",
            "4",
            "--r",
            "4",
            "--target-modules",
            "all-linear",
            "--center-rewards-coefficient",
            "0.01",
            "--num-train-epochs",
            "2"));
  }

  @Test
  void adaptersLearnPairsAndScoreRowsAloneAndTogether() throws IOException {
    Path rows = pairs("pairs.jsonl", 60);
    String first = train(rows, folder.resolve("run-1"), 1);
    String second = train(rows, folder.resolve("run-2"), 2);
    Path asked = pairs("asked.jsonl", 5);
    List<String> lines = shown(call("score", "--adapter", first, "--data", asked)).lines().toList();
    assertThat(lines).hasSize(5);
    for (String line : lines) {
      String[] two = line.split("\t");
      assertThat(Double.parseDouble(two[0])).isGreaterThan(Double.parseDouble(two[1]));
    }
    Path answers =
        Files.writeString(
            folder.resolve("answers.jsonl"),
            "{\"prompt\":\"Room 0 was\",\"completion\":\" lovely\"}\n");
    double[] each = new double[2];
    for (int m = 0; m < 2; m++) {
      String adapter = List.of(first, second).get(m);
      each[m] = Double.parseDouble(shown(call("score", "--adapter", adapter, "--data", answers)));
    }
    // What else is in a batch changes the order of sums.
    assertThat(each[0]).isCloseTo(Double.parseDouble(lines.get(0).split("\t")[0]), within(1e-5));
    String both = first + "," + second;
    String least = shown(call("score", "--adapter", both, "--data", answers, "--least"));
    assertThat(Double.parseDouble(least)).isEqualTo(Math.min(each[0], each[1]));
    String json =
        shown(call("score", "--adapter", both, "--data", answers, "--deviations", "1", "--json"));
    double mean = (each[0] + each[1]) / 2;
    assertThat(new ObjectMapper().readTree(json).get("reward").asDouble())
        .isEqualTo(mean - Math.abs(each[0] - each[1]) / 2);
    // Of the five one is too long, and said so.
    Files.writeString(
        asked,
        "{\"prompt\":\"%s\",\"chosen\":\"a\",\"rejected\":\"b\"}\n".formatted("long ".repeat(200)),
        StandardOpenOption.APPEND);
    CliRun refused = call("score", "--adapter", first, "--data", asked, "--max-length", "64");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains(asked + ":6: nothing of the response is within max_length");
  }

  /** Also where they differ within a word. */
  @Test
  void textsWithoutAPromptAreReadAsTheyAreScored() throws IOException {
    List<String> texts = List.of("The film was good", "The film was gone");
    Path rows =
        Files.writeString(
            folder.resolve("whole.jsonl"),
            "{\"chosen\":\"%s\",\"rejected\":\"%s\"}\n".formatted(texts.get(0), texts.get(1)));
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm base = CausalLm.load(model, DType.FLOAT32, "cpu", new HeadTask.Regression(), 1)) {
      RewardEncoder encoder = new RewardEncoder(tokenizer, DataConfig.DEFAULT, base.architecture());
      List<EncodedExample> read =
          EncodedExamples.all(new DataFiles().open(rows), encoder, DataConfig.DEFAULT)
              .get(0)
              .documents();
      for (int t = 0; t < 2; t++) {
        int[] ids = tokenizer.encode(texts.get(t), false).ids();
        assertThat(Arrays.copyOf(read.get(t).ids(), ids.length)).isEqualTo(ids);
        assertThat(read.get(t).ids())
            .isEqualTo(encoder.response(0, "here", "", texts.get(t)).ids());
      }
    }
  }

  @Test
  void whatMeansNothingIsRefused() throws IOException {
    Path rows = pairs("few.jsonl", 4);
    assertThat(call("reward", "--data", rows, "--output", folder.resolve("no"), "--packing").code())
        .isEqualTo(2);
    CliRun negative =
        call(
            "reward",
            "--data",
            rows,
            "--output",
            folder.resolve("no"),
            "--center-rewards-coefficient",
            "-1");
    assertThat(negative.code()).isEqualTo(2);
    assertThat(negative.err()).contains("center_rewards_coefficient");
    CliRun bare = call("score", "--data", rows);
    assertThat(bare.code()).isEqualTo(2);
    assertThat(bare.err()).contains("has no head");
  }
}
