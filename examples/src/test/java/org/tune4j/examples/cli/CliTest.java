package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Help, exit codes and messages. */
class CliTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "sft --help",
        "generate --help",
        "chat --help",
        "merge --help",
        "inspect --help",
        "conformance --help",
        "bench --help",
        "bench sft --help"
      })
  void helpGoesToStandardOutput(String call) {
    CliRun run = CliRun.of((Object[]) call.split(" "));
    assertThat(run.code()).isZero();
    assertThat(run.out()).startsWith("Usage: tune4j").doesNotContain("lora-r ");
    assertThat(run.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "sfd", "sft --lora-alhpa 3", "sft --r", "sft extra", "bench", "conformance"})
  void wrongCallIsTwoAndSaysWhatToDo(String call) {
    CliRun run = CliRun.of(call.isEmpty() ? new Object[0] : (Object[]) call.split(" "));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("tune4j").containsAnyOf("--help", "Did you mean", "solution");
  }

  @Test
  void nearestOptionIsNamed() {
    assertThat(CliRun.of("sft", "--lora-alhpa", "3").err()).contains("--lora-alpha");
  }

  @Test
  void missingSettingIsAWrongCall() {
    CliRun run = CliRun.of("sft", "--data", "x.jsonl");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            "tune4j sft: --model is missing (or model in the --config file)"
                + System.lineSeparator());
  }

  @Test
  void unusableModelFolderIsAFailureWithoutAStackTrace(@TempDir Path folder) {
    CliRun run = CliRun.of("inspect", "--model", folder);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("config.json is missing").doesNotContain("\tat ");
  }

  @Test
  void verboseShowsWhereAnErrorComesFrom(@TempDir Path folder) {
    CliRun run = CliRun.of("inspect", "--model", folder, "-v");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("ModelFormatException").contains("\tat ");
  }

  @Test
  void conformanceOfAFolderWithoutCasesIsAWrongCall(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("nothing.txt"), "");
    assertThat(CliRun.of("conformance", folder).code()).isEqualTo(2);
  }

  @Test
  void optionIsNamedWhereItsValueIsWrong() {
    CliRun run = CliRun.of("sft", "--model", "m", "--data", "d", "--output", "o", "--r", "many");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--r: wanted a number, found \"many\"");
  }

  @Test
  void oldOptionIsTakenWithANote() {
    CliRun run = CliRun.of("sft", "--model", "m", "--data", "d", "--output", "o", "--lora-r", "0");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains("--lora-r is taken as --r")
        .contains("r: wanted 1 to 65536, found 0");
  }

  @Test
  void anOptionGivenTwiceIsRefused() {
    CliRun run = CliRun.of("sft", "--r", "4", "--r", "8");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--r").contains("once");
  }

  @Test
  void oldAndNewOptionTogetherAreRefused() {
    CliRun run = CliRun.of("sft", "--lora-r", "4", "--r", "8");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--lora-r and --r set the same");
  }

  @Test
  void optionsWinOverTheFile(@TempDir Path folder) throws IOException {
    Path config = Files.writeString(folder.resolve("run.yaml"), "r: 0\nmodel: m\ndata: d\n");
    CliRun fromFile = CliRun.of("sft", "--config", config, "--output", "o");
    assertThat(fromFile.err()).contains("r: wanted 1 to 65536, found 0");
    CliRun fromOption = CliRun.of("sft", "--config", config, "--output", "o", "--r", "-3");
    assertThat(fromOption.err()).contains("r: wanted 1 to 65536, found -3");
  }
}
