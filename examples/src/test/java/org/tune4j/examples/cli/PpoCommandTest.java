package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.examples.SmallModels;
import org.tune4j.rlhf.advantage.KlEstimator;
import org.tune4j.rlhf.ppo.PpoConfig;

/** PPO from the command line, on a model of random weights. */
class PpoCommandTest {
  private static final String NEEDED = "model: base\ndata: rows.jsonl\noutput: run\n";

  @TempDir private static Path folder;
  private static PpoDemo demo;

  @BeforeAll
  static void demo() throws IOException {
    demo = PpoDemo.in(folder);
  }

  private static PpoConfig config(String yaml) throws IOException {
    Path file = Files.writeString(folder.resolve("job.yaml"), NEEDED + yaml);
    Settings settings =
        new Settings(SettingsFile.read(file, PpoSettings.TABLE, PpoRefusals.TABLE, note -> {}));
    return PpoSettings.config(settings, SftJob.of(settings.without(PpoSettings.OWN)).train());
  }

  @Test
  void bothGenerationsOfNamesMeanTheSame() throws IOException {
    PpoConfig last =
        config(
            """
            per_device_train_batch_size: 4
            gradient_accumulation_steps: 2
            num_mini_batches: 3
            num_ppo_epochs: 5
            kl_coef: 0.2
            target: 7
            horizon: 500
            kl_estimator: k2
            cliprange: 0.1
            vf_coef: 0.3
            target_kl: 1
            """);
    PpoConfig old =
        config(
            """
            mini_batch_size: 4
            gradient_accumulation_steps: 2
            batch_size: 24
            ppo_epochs: 5
            init_kl_coef: 0.2
            adap_kl_ctrl: true
            target: 7
            horizon: 500
            kl_penalty: mse
            cliprange: 0.1
            vf_coef: 0.3
            early_stopping: true
            """);
    assertThat(old).isEqualTo(last);
    assertThat(old.numMiniBatches()).isEqualTo(3);
    assertThat(old.klEstimator()).isEqualTo(KlEstimator.K2);
    assertThat(config("num_epochs: 5\n").numPpoEpochs()).isEqualTo(5);
  }

  @Test
  void flagsOfTheOldFormSwitchItsNumbers() throws IOException {
    PpoConfig off = config("adap_kl_ctrl: false\ntarget: 6\nearly_stopping: false\ntarget_kl: 1\n");
    assertThat(off.target()).isNull();
    assertThat(off.targetKl()).isNull();
    assertThat(config("adap_kl_ctrl: true\n").target()).isEqualTo(6);
    assertThat(config("early_stopping: true\n").targetKl()).isEqualTo(1);
    assertThat(config("").target()).isNull();
    assertThatThrownBy(() -> config("adap_kl_ctrl: false\ntarget: 6\nhorizon: 500\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("horizon needs target or adap_kl_ctrl")
        .hasMessageContaining("adap_kl_ctrl is false");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "steps: 20000 | steps is not to be had: a run is as long",
        "ratio_threshold: 10 | ratio_threshold is not to be had",
        "horizn: 3 | the nearest is horizon",
        "kl_penalty: abs | wanted one of",
        "stop_token: stop | wanted one of [eos]",
        "batch_size: 9 | wanted a multiple of per_device_train_batch_size * gradient_accumulation_steps = 8, found 9",
        "cliprange: 0 | cliprange: wanted above 0",
        "horizon: 500 | horizon needs target or adap_kl_ctrl",
      })
  void whatCannotBeMeantIsRefused(String line, String message) {
    assertThatThrownBy(() -> config(line + "\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  private static CliRun ppo(Path run, Object... more) {
    return demo.ppo(run, more);
  }

  private static CliRun matching(Path run, Object... more) {
    return demo.matching(run, more);
  }

  @Test
  void runLeavesAPolicyAReportAndWhatItWasTold() throws IOException {
    Path run = folder.resolve("lora");
    CliRun first = matching(run, "--r", "4");
    assertThat(first.code()).as(first.err()).isZero();
    JsonNode line = new ObjectMapper().readTree(first.out());
    assertThat(line.path("policy").asText()).isEqualTo(run.resolve("policy").toString());
    assertThat(line.path("eval_kl").isNumber()).isTrue();
    assertThat(first.err()).contains("update 2/2", "sampling", "scoring", "memory in MiB");
    assertThat(run.resolve("policy")).isDirectoryContaining("glob:**value_head.safetensors");
    assertThat(run.resolve("policy")).isDirectoryContaining("glob:**adapter_model.safetensors");
    assertThat(run.resolve("checkpoint-2")).isDirectoryContaining("glob:**value_head.safetensors");
    assertThat(run.resolve("run.json")).exists();
    assertThat(run.resolve("report.html"))
        .content()
        .contains("Learning from rewards", "Responses before and after", "Explained variance");
    assertThat(matching(run).code()).isEqualTo(2);

    // Its own configuration makes the same run again.
    Path again = folder.resolve("again");
    CliRun same =
        CliRun.of("ppo", "--config", run.resolve("config.json"), "--output", again, "--json");
    assertThat(same.code()).as(same.err()).isZero();
    assertThat(again.resolve("policy/adapter_model.safetensors"))
        .hasSameBinaryContentAs(run.resolve("policy/adapter_model.safetensors"));
    CliRun other =
        ppo(again, "--r", "4", "--resume", "--reward-funcs", "pattern", "--reward-pattern", "b");
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("reward was pattern .*a.* and is now pattern b");

    // An adapter is gone on with, held against itself as it is.
    Path further = folder.resolve("further");
    CliRun on = matching(further, "--adapter", run.resolve("policy"));
    assertThat(on.code()).as(on.err()).isZero();
    assertThat(matching(folder.resolve("no"), "--adapter", run.resolve("policy"), "--r", "4").err())
        .contains("r is what the adapter says");
  }

  @Test
  void allWeightsAreTrainedBesideAReferenceOfItsOwn() throws IOException {
    Path run = folder.resolve("full");
    CliRun full = matching(run, "--method", "full", "--ref-model", demo.model());
    assertThat(full.code()).as(full.err()).isZero();
    assertThat(run.resolve("policy/model.safetensors")).exists();
    assertThat(run.resolve("policy/value_head.safetensors")).exists();
    CliRun said =
        CliRun.of(
            "generate", "--model", run.resolve("policy"), "--prompt", "A", "--max-new-tokens", "2");
    assertThat(said.code()).as(said.err()).isZero();
  }

  @Test
  void whatDoesNotFitIsRefusedBeforeItIsLoaded() {
    Path run = folder.resolve("large");
    CliRun large = matching(run, "--memory-limit", "1MiB");
    assertThat(large.code()).isEqualTo(1);
    assertThat(large.err()).contains("memory: about", "will be needed");
    assertThat(run.resolve("policy")).doesNotExist();
  }

  /** A judge that has other tokens is given text, and the user is told. */
  @Test
  void aRewardModelOfOtherTokensIsTold() throws IOException {
    Path other = SmallModels.write(folder.resolve("other"), "llama");
    Path pairs =
        Files.write(
            folder.resolve("pairs.jsonl"),
            List.of(
                "{\"prompt\":\"The room\",\"chosen\":\" is fine\",\"rejected\":\" is not\"}",
                "{\"prompt\":\"A shop\",\"chosen\":\" of joy\",\"rejected\":\" of gloom\"}"));
    Path judge = folder.resolve("judge");
    CliRun trained =
        CliRun.of(
            "reward",
            "--model",
            other,
            "--data",
            pairs,
            "--output",
            judge,
            "--method",
            "full",
            "--max-steps",
            "1",
            "--precision",
            "fp32");
    assertThat(trained.code()).as(trained.err()).isZero();
    CliRun run = ppo(folder.resolve("judged"), "--reward-model", judge.resolve("model"));
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err()).contains("is not the policy's", "handed over as text");
  }

  @Test
  void rewardsThatAreNoneAreRefused() {
    assertThat(ppo(folder.resolve("a")).err()).contains("--reward-model or --reward-funcs");
    assertThat(ppo(folder.resolve("b"), "--reward-funcs", "patern").err())
        .contains("the nearest is pattern");
    assertThat(ppo(folder.resolve("c"), "--reward-model", demo.model()).err())
        .contains("has no head");
    assertThat(matching(folder.resolve("d"), "--reward-weights", "1,2").err())
        .contains("wanted one for each reward, 1; found 2");
    assertThat(matching(folder.resolve("e"), "--reward-column", "answer").err())
        .contains("reward_column is read by numeric_answer and java_test");
  }
}
