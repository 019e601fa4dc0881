package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.checkpoint.AtomicFolder;

/** Runs of PPO from the command line that go on, and with models of their own. */
class PpoRunsTest {
  @TempDir private static Path folder;
  private static PpoDemo demo;

  @BeforeAll
  static void demo() throws IOException {
    demo = PpoDemo.in(folder);
  }

  @Test
  void runStoppedInTheMiddleOfAnUpdateGoesOn() throws IOException {
    Path run = folder.resolve("stopped");
    CliRun whole = demo.matching(run, "--r", "4", "--save-steps", "1");
    assertThat(whole.code()).as(whole.err()).isZero();
    Path adapter = run.resolve("policy/adapter_model.safetensors");
    byte[] wanted = Files.readAllBytes(adapter);
    Files.delete(adapter);
    for (int step = 2; step <= 4; step++) {
      AtomicFolder.delete(run.resolve("checkpoint-" + step));
    }
    CliRun on = demo.matching(run, "--r", "4", "--save-steps", "1", "--resume");
    assertThat(on.code()).as(on.err()).isZero();
    assertThat(on.err()).contains("going on after step 1", "update 1/2", "update 2/2");
    assertThat(adapter).hasBinaryContent(wanted);
  }

  @Test
  void policyLearnsWithoutDropout() throws IOException {
    assertThat(demo.matching(folder.resolve("dropping"), "--lora-dropout", "0.1").err())
        .contains("lora_dropout: the probabilities that are learned from");
    Path begun = folder.resolve("begun");
    assertThat(demo.matching(begun, "--r", "4").code()).isZero();
    Path config = begun.resolve("policy/adapter_config.json");
    Path plain = folder.resolve("plain");
    assertThat(demo.matching(plain, "--adapter", begun.resolve("policy")).code()).isZero();
    ObjectMapper json = new ObjectMapper();
    ObjectNode dropping = (ObjectNode) json.readTree(config.toFile());
    json.writeValue(config.toFile(), dropping.put("lora_dropout", 0.5));
    Path dropped = folder.resolve("dropped");
    CliRun second = demo.matching(dropped, "--adapter", begun.resolve("policy"));
    assertThat(second.code()).as(second.err()).isZero();
    assertThat(dropped.resolve("policy/adapter_model.safetensors"))
        .hasSameBinaryContentAs(plain.resolve("policy/adapter_model.safetensors"));
  }

  @Test
  void rewardModelScoresAndACriticOfItsOwnLearns() throws IOException {
    Path pairs =
        Files.write(
            folder.resolve("pairs.jsonl"),
            List.of(
                "{\"prompt\":\"The room\",\"chosen\":\" is good\",\"rejected\":\" is bad\"}",
                "{\"prompt\":\"A shop\",\"chosen\":\" is good\",\"rejected\":\" is bad\"}"));
    CliRun judge =
        CliRun.of(
            "reward",
            "--model",
            demo.model(),
            "--data",
            pairs,
            "--output",
            folder.resolve("judge"),
            "--method",
            "full",
            "--precision",
            "fp32");
    assertThat(judge.code()).as(judge.err()).isZero();
    String head = judge.out().strip();
    Path run = folder.resolve("judged");
    CliRun first = demo.ppo(run, "--reward-model", head, "--critic", head, "--r", "4");
    assertThat(first.code()).as(first.err()).isZero();
    assertThat(run.resolve("policy/value_head.safetensors")).doesNotExist();
    assertThat(run.resolve("critic/model.safetensors")).exists();
    assertThat(Files.readAllBytes(run.resolve("critic/model.safetensors")))
        .isNotEqualTo(Files.readAllBytes(Path.of(head).resolve("model.safetensors")));

    // What the critic has learned is gone on with, and is another critic to the run.
    CliRun other =
        demo.ppo(
            run, "--reward-model", head, "--critic", run.resolve("critic"), "--r", "4", "--resume");
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("critic was");
    CliRun further =
        demo.ppo(
            folder.resolve("critic-goes-on"),
            "--reward-model",
            head,
            "--critic",
            run.resolve("critic"),
            "--r",
            "4");
    assertThat(further.code()).as(further.err()).isZero();
    CliRun none = demo.ppo(folder.resolve("none"), "--reward-model", head, "--reward-pattern", "a");
    assertThat(none.err())
        .contains("reward_pattern is read by pattern, and reward_funcs names none of them");
  }

  @Test
  void runGoesOnOnlyWithTheSameRows() throws IOException {
    Path rows = folder.resolve("answers.jsonl");
    Files.writeString(rows, "{\"prompt\":\"1 + 1 =\",\"answer\":\"2\"}\n");
    Path run = folder.resolve("answered");
    Object[] more = {"--reward-funcs", "numeric_answer", "--data", rows};
    assertThat(demo.ppo(run, more).code()).isZero();
    Files.writeString(rows, "{\"prompt\":\"1 + 1 =\",\"answer\":\"3\"}\n");
    List<Object> again = new ArrayList<>(Arrays.asList(more));
    again.add("--resume");
    CliRun other = demo.ppo(run, again.toArray());
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("reward.rows was");
  }
}
