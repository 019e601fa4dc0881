package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import org.tune4j.testdata.DemoFiles;

/** GRPO and RLOO from the command line, on a model of random weights. */
class GrpoCommandTest {
  @TempDir private static Path folder;
  private static Path model;
  private static Path prompts;

  @BeforeAll
  static void model() throws IOException {
    model = RandomDemo.model(folder, DType.FLOAT32);
    prompts =
        Files.write(
            folder.resolve("prompts.jsonl"),
            List.of("{\"prompt\":\"The room\"}", "{\"prompt\":\"A shop\"}"));
  }

  private static CliRun learn(String command, Path run, Object... more) {
    List<Object> call =
        new ArrayList<>(
            List.of(command, "--model", model, "--data", prompts, "--output", run, "--json"));
    call.addAll(List.of("--precision", "fp32", "--per-device-train-batch-size", "4"));
    call.addAll(List.of("--max-completion-length", "4", "--num-generations", "2"));
    call.addAll(List.of("--max-steps", "4", "--num-iterations", "2", "--save-steps", "1"));
    call.addAll(List.of("--learning-rate", "1e-3"));
    call.addAll(Arrays.asList(more));
    return CliRun.of(call.toArray());
  }

  private static CliRun matching(String command, Path run, Object... more) {
    List<Object> all =
        new ArrayList<>(List.of("--reward-funcs", "pattern", "--reward-pattern", ".*a.*"));
    all.addAll(Arrays.asList(more));
    return learn(command, run, all.toArray());
  }

  @Test
  void runLeavesAPolicyAReportAndWhatItWasTold() throws IOException {
    Path run = folder.resolve("lora");
    CliRun first = matching("grpo", run, "--r", "4", "--beta", "0.01");
    assertThat(first.code()).as(first.err()).isZero();
    JsonNode line = new ObjectMapper().readTree(first.out());
    assertThat(line.path("policy").asText()).isEqualTo(run.resolve("policy").toString());
    assertThat(line.path("steps").asInt()).isEqualTo(4);
    assertThat(line.path("eval_kl").isNumber()).isTrue();
    assertThat(first.err())
        .contains("update 1/2", "update 2/2", "of groups alike  kl ", "sampling", "memory in MiB");
    assertThat(run.resolve("policy"))
        .isDirectoryContaining("glob:**adapter_model.safetensors")
        .isDirectoryNotContaining("glob:**value_head.safetensors");
    assertThat(run.resolve("run.json")).exists();
    assertThat(run.resolve("report.html"))
        .content()
        .contains("Learning from rewards", "Groups alike", "Responses before and after")
        .doesNotContain("Explained variance");
    assertThat(matching("grpo", run).code()).isEqualTo(2);

    // Its own configuration makes the same run again.
    Path again = folder.resolve("again");
    CliRun same =
        CliRun.of("grpo", "--config", run.resolve("config.json"), "--output", again, "--json");
    assertThat(same.code()).as(same.err()).isZero();
    assertThat(again.resolve("policy/adapter_model.safetensors"))
        .hasSameBinaryContentAs(run.resolve("policy/adapter_model.safetensors"));
    CliRun other =
        matching("grpo", again, "--r", "4", "--beta", "0.01", "--epsilon", "0.3", "--resume");
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("grpo.epsilon was 0.2 and is now 0.3");

    // An adapter is gone on with, held against itself as it is.
    Path further = folder.resolve("further");
    CliRun on = matching("grpo", further, "--adapter", run.resolve("policy"), "--beta", "0.01");
    assertThat(on.code()).as(on.err()).isZero();
  }

  @Test
  void runThatWasCutShortGoesOnToTheSameBytes() throws IOException {
    Path whole = folder.resolve("whole");
    CliRun once = matching("rloo", whole, "--r", "4");
    assertThat(once.code()).as(once.err()).isZero();
    // In the middle of the second update.
    Path cut = folder.resolve("cut");
    CliRun again = CliRun.of("rloo", "--config", whole.resolve("config.json"), "--output", cut);
    assertThat(again.code()).as(again.err()).isZero();
    delete(cut.resolve("checkpoint-4"));
    delete(cut.resolve("policy"));
    CliRun resumed = matching("rloo", cut, "--r", "4", "--resume");
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.err()).contains("going on after step 3");
    assertThat(cut.resolve("policy/adapter_model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("policy/adapter_model.safetensors"));
  }

  /** The bilingual demo model goes on with reviews; a verifier likes some of their words. */
  @Test
  void policyLearnsWhatAVerifierWants() throws IOException {
    assumeTrue(DemoFiles.hasWeights());
    Path demo = DemoFiles.copyBaseTo(folder.resolve("demo"));
    List<String> rows = new ArrayList<>();
    for (String beginning :
        List.of("My wife asked me", "I stayed here in", "The room was", "We came here for")) {
      rows.add("{\"prompt\":\"Review: " + beginning + "\"}");
    }
    Path run = folder.resolve("kind");
    CliRun kind =
        CliRun.of(
            "grpo",
            "--model",
            demo,
            "--data",
            Files.write(folder.resolve("reviews.jsonl"), rows),
            "--output",
            run,
            "--reward-funcs",
            "pattern",
            "--reward-pattern",
            "(?s).*(nice|good|great|kind|clean|room|shop).*",
            "--r=16",
            "--lora-alpha=32",
            "--target-modules=all-linear",
            "--learning-rate=2e-3",
            "--lr-scheduler-type=constant",
            "--per-device-train-batch-size=32",
            "--max-completion-length=16",
            "--max-steps=15",
            "--precision=fp32");
    assertThat(kind.code()).as(kind.err()).isZero();
    List<Double> rewards = new ArrayList<>();
    ObjectMapper json = new ObjectMapper();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      JsonNode values = json.readTree(line);
      if (values.has("reward")) {
        rewards.add(values.path("reward").asDouble());
      }
    }
    assertThat(rewards).hasSize(15);
    assertThat(mean(rewards.subList(11, 15))).isGreaterThan(mean(rewards.subList(0, 4)) + 0.15);
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(each -> each).average().orElseThrow();
  }

  private static void delete(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }

  @Test
  void allWeightsAreTrainedBesideAReferenceOfItsOwnAndMeasuredOnTheWay() throws IOException {
    Path run = folder.resolve("full");
    CliRun full =
        matching(
            "rloo",
            run,
            "--method",
            "full",
            "--ref-model",
            model,
            "--eval-data",
            prompts,
            "--eval-steps",
            "2");
    assertThat(full.code()).as(full.err()).isZero();
    assertThat(full.err()).contains("step 2  eval_reward");
    assertThat(run.resolve("policy/model.safetensors")).exists();
    CliRun said =
        CliRun.of(
            "generate", "--model", run.resolve("policy"), "--prompt", "A", "--max-new-tokens", "2");
    assertThat(said.code()).as(said.err()).isZero();
  }

  @Test
  void whatDoesNotFitIsRefusedBeforeItIsLoaded() {
    Path run = folder.resolve("large");
    CliRun large = matching("grpo", run, "--memory-limit", "1MiB");
    assertThat(large.code()).isEqualTo(1);
    assertThat(large.err()).contains("memory: about", "will be needed");
    assertThat(run.resolve("policy")).doesNotExist();
  }

  @Test
  void wrongCallsAreRefused() {
    assertThat(learn("grpo", folder.resolve("a")).err())
        .contains("--reward-model or --reward-funcs");
    assertThat(matching("grpo", folder.resolve("b"), "--use-vllm").err())
        .contains("--use-vllm is not to be had");
    assertThat(
            CliRun.of(
                    "grpo",
                    "--model",
                    model,
                    "--data",
                    prompts,
                    "--output",
                    folder.resolve("c"),
                    "--num-generations",
                    "3")
                .err())
        .contains("num_generations: wanted a divisor of the 8 answers of an update");
    assertThat(matching("grpo", folder.resolve("d"), "--max-length", "4").err())
        .contains("max_length: wanted more than max_completion_length 4, found 4");
  }
}
