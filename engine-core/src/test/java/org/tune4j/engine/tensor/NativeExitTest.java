package org.tune4j.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ChildJvm;

/** A JVM that is stopped in the middle of a native call ends in order: it does not crash. */
class NativeExitTest {
  private static final int TERMINATED = 128 + 15;
  private static final int KILLS = 20;
  @TempDir Path folder;

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no SIGTERM")
  void terminatedInMidStepAtAnyInstant() throws Exception {
    ExecutorService twoAtATime = Executors.newFixedThreadPool(2);
    try {
      List<Future<Integer>> exits = new ArrayList<>();
      for (int kill = 0; kill < KILLS; kill++) {
        long delay = 13L * kill;
        exits.add(twoAtATime.submit(() -> terminated(delay)));
      }
      for (Future<Integer> exit : exits) {
        assertThat(exit.get()).isEqualTo(TERMINATED);
      }
    } finally {
      twoAtATime.shutdownNow();
    }
    ChildJvm.assertNoCrashReport(folder);
  }

  private int terminated(long delay) throws Exception {
    Process process = start("steps");
    try (BufferedReader out = process.inputReader()) {
      assertThat(out.readLine()).isEqualTo("stepping");
      Thread.sleep(delay);
      process.destroy();
      return ChildJvm.exit(process);
    }
  }

  @Test
  void exitFromAnotherThreadInMidStep() throws Exception {
    for (String delay : new String[] {"0", "21", "57"}) {
      Process process = start("exit", delay);
      assertThat(output(process)).containsExactly("stepping");
      assertThat(ChildJvm.exit(process)).isEqualTo(7);
    }
    ChildJvm.assertNoCrashReport(folder);
  }

  @Test
  void behindTheClosedGateCallsAreRefusedAndClosingIsSilent() throws Exception {
    Process process = start("closed");
    List<String> lines = output(process);
    assertThat(ChildJvm.exit(process)).isZero();
    assertThat(lines).first().isEqualTo("stepping");
    assertThat(lines).last().isEqualTo("closing is silent");
    assertThat(lines.subList(1, lines.size() - 1))
        .hasSize(10)
        .allMatch(line -> line.endsWith(" is refused"));
    ChildJvm.assertNoCrashReport(folder);
  }

  private Process start(String... arguments) throws IOException {
    return ChildJvm.start(folder, NativeExitProgram.class, arguments);
  }

  private static List<String> output(Process process) throws IOException {
    try (BufferedReader out = process.inputReader()) {
      return out.lines().toList();
    }
  }
}
