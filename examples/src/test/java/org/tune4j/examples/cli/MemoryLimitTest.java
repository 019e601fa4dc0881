package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.preflight.PreflightReport;
import org.tune4j.engine.tensor.DType;

/**
 * Runs in control groups that give them from 0.6 to 1.5 times the memory that they need: each ends
 * well, perhaps divided, or is refused, and none is killed. Skipped where this process may make no
 * such group. {@code -Dtune4j.memoryRuns=20} makes more of them.
 */
class MemoryLimitTest {
  private static final int RUNS = Integer.getInteger("tune4j.memoryRuns", 3);
  private static final double LEAST = 0.6;
  private static final double MOST = 1.5;
  private static final int KILLED = 137;

  @TempDir Path folder;

  /** A new control group, of version 1 or 2; null where none can be made. */
  private static Path group() {
    for (String parent : List.of("/sys/fs/cgroup/memory", "/sys/fs/cgroup")) {
      Path group = Path.of(parent, "tune4j-test-" + ProcessHandle.current().pid());
      try {
        Files.createDirectory(group);
        if (Files.isWritable(limit(group))) {
          return group;
        }
        Files.delete(group);
      } catch (IOException e) {
        // Not here.
      }
    }
    return null;
  }

  private static Path limit(Path group) {
    Path version1 = group.resolve("memory.limit_in_bytes");
    return Files.exists(version1) ? version1 : group.resolve("memory.max");
  }

  private record Child(int code, String said) {}

  private Child sft(Path group, Path model, Path rows, Path run) throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("sh", "-c", "echo $$ > \"$0\"; exec \"$@\""));
    command.add(group.resolve("cgroup.procs").toString());
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx1g", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Cli.class.getName()));
    command.addAll(List.of("sft", "--model", model.toString(), "--data", rows.toString()));
    command.addAll(List.of("--output", run.toString(), "--precision", "fp32"));
    command.addAll(List.of("--per-device-train-batch-size", "256", "--max-steps", "2"));
    command.addAll(List.of("--target-modules", "all-linear", "--learning-rate", "1e-3"));
    command.addAll(List.of("--preflight-allow", "duplicates,near_duplicates,conflicts"));
    Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Child(child.waitFor(), said);
  }

  @Test
  void noRunIsKilled() throws Exception {
    Path group = group();
    assumeTrue(group != null, "no control group can be made here");
    try {
      Path model = RandomDemo.model(folder, DType.FLOAT32);
      Path rows = RandomDemo.rows(folder, "sentiment_train.jsonl", 256);
      Path first = folder.resolve("unlimited");
      Child unlimited = sft(group, model, rows, first);
      assertThat(unlimited.code()).as(unlimited.said()).isZero();
      long need = PreflightReport.read(first).orElseThrow().measured().forecast().bytesNeeded();
      int finished = 0;
      for (int i = 0; i < RUNS; i++) {
        double share = LEAST + (MOST - LEAST) * i / (RUNS - 1);
        Files.writeString(limit(group), Long.toString((long) (share * need)));
        Child child = sft(group, model, rows, folder.resolve("run-" + i));
        assertThat(child.code()).as(share + " of the need: " + child.said()).isIn(0, 1);
        assertThat(child.code()).isNotEqualTo(KILLED);
        if (child.code() == 0) {
          finished++;
        } else {
          assertThat(child.said()).contains("memory: about", "will be needed");
        }
      }
      assertThat(finished).isPositive();
    } finally {
      Files.delete(group);
    }
  }
}
