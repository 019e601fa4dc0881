package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.checkpoint.StoredType;
import org.tune4j.engine.tensor.DType;

/** Fp16 and parts in fp32, ordered from the command line. */
class HalfPrecisionRunTest {
  @TempDir static Path folder;
  private static Path model;
  private static Path rows;

  @BeforeAll
  static void files() throws IOException {
    model = RandomDemo.model(folder, DType.FLOAT32);
    rows = RandomDemo.rows(folder, "sentiment_train.jsonl", 12);
  }

  private static CliRun train(String command, Path rows, Path run, Object... more) {
    List<Object> call =
        new ArrayList<>(
            List.of(command, "--model", model, "--data", rows, "--output", run, "--json"));
    call.addAll(List.of("--max-steps", "12", "--per-device-train-batch-size", "4"));
    call.addAll(Arrays.asList(more));
    return CliRun.of(call.toArray());
  }

  @Test
  void aRunInFp16TellsOfItsOverflowsAndItsAdapterAnswers() throws IOException {
    Path run = folder.resolve("fp16");
    CliRun trained =
        train(
            "sft",
            rows,
            run,
            "--precision",
            "fp16",
            "--fp32-modules",
            "norm,head",
            "--init-scale",
            "1099511627776",
            "--backoff-factor",
            "0.0009765625");
    assertThat(trained.code()).as(trained.err()).isZero();
    int overflows = trained.json().get(0).path("overflowed_steps").asInt();
    assertThat(overflows).isBetween(1, 4);
    assertThat(trained.err())
        .contains("fp16", "step 1  gradients overflowed in fp16", "loss scale now 1073741824")
        .contains("gradients of " + overflows + " steps overflowed");
    assertThat(Files.readAllLines(run.resolve("metrics.jsonl")))
        .contains("{\"step\":1,\"loss_scale\":1.07374182E9,\"overflows\":1}")
        .anyMatch(line -> line.startsWith("{\"step\":10,\"unresolved_updates\":"));
    assertThat(Files.readString(run.resolve("config.json")))
        .contains("\"fp16\"", "\"fp32_modules\"", "\"init_scale\"", "\"backoff_factor\"");
    assertThat(Files.readString(run.resolve("report.html"))).doesNotContain("loss_scale");
    CliRun answer =
        CliRun.of(
            "generate",
            "--model",
            model,
            "--adapter",
            trained.json().get(0).path("adapter").asText(),
            "--prompt",
            "The room",
            "--max-new-tokens",
            "4",
            "--precision",
            "fp16",
            "--fp32-modules",
            "head");
    assertThat(answer.code()).as(answer.err()).isZero();
    assertThat(answer.out()).isNotBlank();
  }

  @Test
  void sftKeepsInFp32WhatItIsTold() throws IOException {
    Path run = folder.resolve("kept");
    CliRun trained =
        train(
            "sft", rows, run, "--method", "full", "--precision", "bf16", "--fp32-modules", "norm");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertKept(run, StoredType.BF16);
  }

  private static void assertKept(Path run, StoredType rest) {
    try (SafetensorsFile file = SafetensorsFile.open(run.resolve("model/model.safetensors"))) {
      assertThat(file.tensors().values())
          .isNotEmpty()
          .allMatch(info -> info.dtype() == (info.name().contains("norm") ? StoredType.F32 : rest));
    }
  }

  @Test
  void whatWasKeptInFp32IsWrittenSo() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      lines.add(
          "{\"text\":\"Room %d was fine\",\"label\":\"%s\"}".formatted(i, i % 2 == 0 ? "x" : "y"));
    }
    Path labelled = Files.write(folder.resolve("labelled.jsonl"), lines);
    Path run = folder.resolve("full");
    CliRun trained =
        train(
            "classify",
            labelled,
            run,
            "--method",
            "full",
            "--precision",
            "fp16",
            "--fp32-modules",
            "norm");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertKept(run, StoredType.F16);
    CliRun predicted =
        CliRun.of("predict", "--model", run.resolve("model"), "--data", labelled, "--json");
    assertThat(predicted.code()).as(predicted.err()).isZero();
  }

  @Test
  void whatDoesNotGoTogetherIsRefusedBeforeTheRunBegins() {
    Path run = folder.resolve("refused");
    CliRun scaled = train("sft", rows, run, "--precision", "bf16", "--init-scale", "4");
    assertThat(scaled.code()).isEqualTo(2);
    assertThat(scaled.err()).contains("growth_interval: are for fp16", "computes in BFLOAT16");
    CliRun router = train("sft", rows, run, "--fp32-modules", "router");
    assertThat(router.code()).isEqualTo(2);
    assertThat(router.err()).contains("has no router; it has [norm, head]");
    CliRun unknown = train("sft", rows, run, "--fp32-modules", "norms");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(unknown.err())
        .contains("wanted some of [norm, router, head], found 'norms'; the nearest is norm");
    CliRun factor = train("sft", rows, run, "--precision", "fp16", "--growth-factor", "1");
    assertThat(factor.code()).isEqualTo(2);
    assertThat(factor.err()).contains("growth_factor = 1.0", "growth_factor > 1");
    CliRun halved = train("sft", rows, run, "--precision", "fp16", "--gradients", "compute");
    assertThat(halved.code()).isEqualTo(2);
    assertThat(halved.err()).contains("gradients = compute: does not go with precision fp16");
    assertThat(run).doesNotExist();
  }
}
