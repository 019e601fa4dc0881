package org.tune4j.examples.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tune4j.engine.tensor.DType;

/** Short runs of PPO on a model of random weights: two updates of two steps. */
record PpoDemo(Path model, Path prompts) {
  static PpoDemo in(Path folder) throws IOException {
    return new PpoDemo(
        RandomDemo.model(folder, DType.FLOAT32),
        Files.write(
            folder.resolve("prompts.jsonl"),
            List.of("{\"prompt\":\"The room\"}", "{\"prompt\":\"A shop\"}")));
  }

  /** A run with such rewards as are given. */
  CliRun ppo(Path run, Object... more) {
    List<Object> call =
        new ArrayList<>(List.of("ppo", "--model", model, "--output", run, "--json"));
    if (!Arrays.asList(more).contains("--data")) {
      call.addAll(List.of("--data", prompts));
    }
    call.addAll(List.of("--precision", "fp32", "--per-device-train-batch-size", "2"));
    call.addAll(List.of("--response-length", "4", "--total-episodes", "4"));
    call.addAll(List.of("--num-ppo-epochs", "2"));
    if (!Arrays.asList(more).contains("--save-steps")) {
      call.addAll(List.of("--save-steps", "2"));
    }
    call.addAll(Arrays.asList(more));
    return CliRun.of(call.toArray());
  }

  /** A run whose answers are worth something that have an a. */
  CliRun matching(Path run, Object... more) {
    List<Object> all =
        new ArrayList<>(List.of("--reward-funcs", "pattern", "--reward-pattern", ".*a.*"));
    all.addAll(Arrays.asList(more));
    return ppo(run, all.toArray());
  }
}
