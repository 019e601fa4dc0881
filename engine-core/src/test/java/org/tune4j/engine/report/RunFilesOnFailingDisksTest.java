package org.tune4j.engine.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tune4j.engine.Tune4jException;
import org.tune4j.engine.faults.FailingDisk;
import org.tune4j.engine.faults.Fault;
import org.tune4j.engine.train.RunStart;
import org.tune4j.engine.train.StepResult;
import org.tune4j.engine.train.StepResult.Outcome;

/** A run's own files when any operation on them fails. */
class RunFilesOnFailingDisksTest {
  @TempDir Path real;

  @FunctionalInterface
  private interface Work {
    void on(Path disk);
  }

  @FunctionalInterface
  private interface Check {
    void of(Path real) throws IOException;
  }

  @BeforeEach
  void files() throws IOException {
    Path base = Files.createDirectory(real.resolve("base"));
    Files.writeString(base.resolve("model.safetensors"), "1");
    Files.writeString(base.resolve("tokenizer.json"), "{}");
  }

  /** Every operation that can fail does, once and for good. */
  private void failing(Fault fault, Work work, Check afterwards) throws IOException {
    FailingDisk counted = FailingDisk.sound(fault);
    work.on(counted.path(real));
    afterwards.of(real);
    assertThat(counted.operations()).isPositive();
    for (int at = 1; at <= counted.operations(); at++) {
      for (boolean lasting : List.of(false, true)) {
        FailingDisk disk = new FailingDisk(fault, at, lasting);
        try {
          work.on(disk.path(real));
        } catch (Tune4jException e) {
          assertThat(disk.failed()).as(e.getMessage()).isNotEqualTo("nothing");
        }
        afterwards.of(real);
      }
    }
  }

  private static void metrics(Path run, long firstStep, long lastStep) {
    try (MetricsFile metrics = new MetricsFile(run)) {
      metrics.onStart(new RunStart(firstStep, 9, 1, 2));
      for (long step = firstStep + 1; step <= lastStep; step++) {
        metrics.onStep(new StepResult(step, 2, 0, 1, 0.1, 30, 20, 0.5, Outcome.UPDATED));
        metrics.onCheckpoint(step, run);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void noLineOfAnEarlierRunIsLost(Fault fault) throws IOException {
    metrics(real, 0, 3);
    Path file = real.resolve("metrics.jsonl");
    List<String> kept = Files.readAllLines(file);
    failing(
        fault,
        disk -> metrics(disk, 3, 5),
        folder -> assertThat(Files.readString(file)).startsWith(String.join("\n", kept)));
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void aRecordIsTheOldOneOrTheNew(Fault fault) throws IOException {
    RunRecord.writeConfig(real, Map.of("model", "a"));
    List<Path> data = List.of();
    RunRecord.of(real, real.resolve("base"), data, null).writeTo(real);
    failing(
        fault,
        disk -> {
          RunRecord.writeConfig(disk, Map.of("model", "b"));
          RunRecord.of(disk, disk.resolve("base"), data, null).writeTo(disk);
          assertThat(RunRecord.read(disk)).isPresent();
        },
        folder -> {
          assertThat(RunRecord.readConfig(folder).orElseThrow().get("model")).isIn("a", "b");
          assertThat(RunRecord.read(folder)).isPresent();
        });
  }
}
