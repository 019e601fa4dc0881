package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.Tune4jException;
import org.tune4j.engine.checkpoint.CheckpointStore;
import org.tune4j.engine.faults.FailingDisk;
import org.tune4j.engine.faults.Fault;
import org.tune4j.engine.train.RunListener;

/**
 * Whole runs on a disk of which one operation fails, or all from one on. A sample of the operations
 * at each build; {@code -Dtune4j.faults=every} takes them all.
 */
class RunsOnFailingDisksTest {
  private static final int SAMPLES = 5;
  private static final boolean EVERY = "every".equals(System.getProperty("tune4j.faults"));

  @TempDir static Path parent;
  private static SmallRun small;
  private static List<Object> undisturbed;
  private static Path stopped;

  /** Where a run stands when it meets the failing disk. */
  private enum Start {
    NEW,
    RESUMED
  }

  /** One disturbed run; its text says which. */
  private record Case(Start start, Fault fault, boolean lasting, int at, int operations) {
    @Override
    public String toString() {
      return "%s run, %s %s operation %d of %d"
          .formatted(start, fault, lasting ? "from" : "at", at, operations);
    }
  }

  @BeforeAll
  static void runUndisturbed() throws IOException {
    small = new SmallRun(Files.createDirectory(parent.resolve("tokenizer")));
    Path folder = SmallRun.folder(parent);
    small.train(folder, new RunListener() {});
    undisturbed = SmallRun.left(folder);
    stopped = SmallRun.folder(parent);
    small.trainUntil(2, stopped);
  }

  @AfterAll
  static void close() {
    small.close();
  }

  static List<Case> cases() throws IOException {
    List<Case> cases = new ArrayList<>();
    Random random = new Random();
    for (Start start : Start.values()) {
      for (Fault fault : Fault.values()) {
        int operations = operations(start, fault);
        int stride = EVERY ? 1 : Math.max(1, operations / SAMPLES);
        for (boolean lasting : List.of(false, true)) {
          // A disk that cannot be written stays so.
          if (lasting || fault != Fault.READ_ONLY) {
            for (int at = 1 + random.nextInt(stride); at <= operations; at += stride) {
              cases.add(new Case(start, fault, lasting, at, operations));
            }
            cases.add(new Case(start, fault, lasting, operations, operations));
          }
        }
      }
    }
    return cases;
  }

  private static int operations(Start start, Fault fault) throws IOException {
    FailingDisk disk = FailingDisk.sound(fault);
    small.train(disk.path(folder(start)), new RunListener() {});
    return disk.operations();
  }

  private static Path folder(Start start) throws IOException {
    Path folder = SmallRun.folder(parent);
    if (start == Start.RESUMED) {
      SmallRun.copy(stopped, folder);
    }
    return folder;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void nothingIsLost(Case disturbed) throws IOException {
    Path folder = folder(disturbed.start());
    FailingDisk disk = new FailingDisk(disturbed.fault(), disturbed.at(), disturbed.lasting());
    AtomicLong saved = new AtomicLong();
    try {
      small.train(disk.path(folder), noting(saved));
    } catch (Tune4jException e) {
      assertThat(disk.failed()).as(e.getMessage()).isNotEqualTo("nothing");
    }
    String when = disturbed + ": " + disk.failed();
    Optional<Path> newest = new CheckpointStore(folder.resolve("run")).newestWhole();
    assertThat(newest.map(SmallRun::step).orElse(0L)).as(when).isGreaterThanOrEqualTo(saved.get());
    small.train(FailingDisk.sound(Fault.NO_SPACE).path(folder), new RunListener() {});
    assertThat(SmallRun.litter(folder)).as(when).isEmpty();
    assertThat(SmallRun.left(folder)).as(when).isEqualTo(undisturbed);
  }

  private static RunListener noting(AtomicLong saved) {
    return new RunListener() {
      @Override
      public void onCheckpoint(long step, Path folder) {
        saved.set(step);
      }
    };
  }
}
