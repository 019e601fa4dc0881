package org.tune4j.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ChildJvm;

/** A JVM that is asked to exit while it trains. */
class ExitTest {
  private static final int TERMINATED = 128 + 15;
  @TempDir Path folder;

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no SIGTERM")
  void terminatedAtAnyInstantItSavesAndGoesOnByteEqual() throws Exception {
    Path whole = folder.resolve("whole");
    assertThat(run(whole, 0, Integer.MAX_VALUE)).isZero();
    Path run = folder.resolve("run");
    int terminated = 0;
    int exit = TERMINATED;
    for (int delay = 0; exit == TERMINATED; delay += 7) {
      long before = newest(run);
      exit = run(run, delay, 20);
      if (exit == TERMINATED) {
        terminated++;
        assertThat(newest(run)).as("saved before the end").isGreaterThanOrEqualTo(before + 20);
      }
    }
    assertThat(exit).isZero();
    assertThat(terminated).isGreaterThan(3);
    String last = "checkpoint-" + ExitProgram.STEPS;
    for (String file : List.of("training_state.safetensors", "trainer_state.json")) {
      assertThat(run.resolve(last).resolve(file))
          .hasSameBinaryContentAs(whole.resolve(last).resolve(file));
    }
  }

  /**
   * Runs, and terminates the run some milliseconds after so many further steps.
   *
   * @return the exit code
   */
  private int run(Path run, int delay, int steps) throws Exception {
    Process process = start(run, 0);
    try (BufferedReader out = process.inputReader()) {
      for (int made = 0; made < steps; made++) {
        if (out.readLine() == null) {
          return ChildJvm.exit(process);
        }
      }
      Thread.sleep(delay);
      process.toHandle().destroy(); // Which leaves the streams open.
      while (out.readLine() != null) {
        // Until the process ends.
      }
    }
    return ChildJvm.exit(process);
  }

  @Test
  void exitFromTheRunsOwnThreadIsNotWaitedFor() throws Exception {
    Process process = start(folder, 3);
    assertThat(ChildJvm.exit(process)).isEqualTo(5);
    assertThat(newest(folder)).as("nothing can be saved from inside").isZero();
  }

  private Process start(Path run, int exitAfter) throws IOException {
    return ChildJvm.start(folder, ExitProgram.class, run.toString(), String.valueOf(exitAfter));
  }

  private static long newest(Path run) throws IOException {
    if (!Files.isDirectory(run)) {
      return 0;
    }
    try (Stream<Path> entries = Files.list(run)) {
      return entries
          .map(path -> path.getFileName().toString())
          .filter(name -> name.startsWith("checkpoint-"))
          .mapToLong(name -> Long.parseLong(name.substring("checkpoint-".length())))
          .max()
          .orElse(0);
    }
  }
}
