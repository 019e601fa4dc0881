package org.tune4j.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ChildJvm;
import org.tune4j.engine.ConfigException;

class RunFolderTest {
  @TempDir Path parent;

  @Test
  void oneRunAtATime() {
    Path run = parent.resolve("deep/run");
    try (RunFolder open = RunFolder.open(run, false)) {
      assertThatThrownBy(() -> RunFolder.open(run, false))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining(run + ": another run is writing");
    }
    RunFolder.open(run, false).close();
  }

  @Test
  void theLockHoldsBetweenProcessesAndEndsWithThem() throws Exception {
    Process other = ChildJvm.start(parent, Holder.class, parent.toString());
    try (BufferedReader out = other.inputReader()) {
      assertThat(out.readLine()).isEqualTo("locked");
      assertThatThrownBy(() -> RunFolder.open(parent, false))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("another run is writing");
    } finally {
      ChildJvm.exit(other.destroyForcibly());
    }
    RunFolder.open(parent, false).close();
  }

  @Test
  void aRunThatIsRefusedHereLeavesTheLockToTheOneThatHasIt() throws Exception {
    try (RunFolder open = RunFolder.open(parent, false)) {
      assertThatThrownBy(() -> RunFolder.open(parent.resolve("../" + parent.getFileName()), false))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("another run is writing");
      Process other = ChildJvm.start(parent, Holder.class, parent.toString());
      try (BufferedReader out = other.inputReader()) {
        assertThat(out.readLine()).as("locked by another process").isNull();
        assertThat(ChildJvm.exit(other)).isNotZero();
      } finally {
        other.destroyForcibly();
      }
    }
  }

  @Test
  void closedTwiceItDoesNotUnlockTheNext() {
    RunFolder first = RunFolder.open(parent, false);
    first.close();
    try (RunFolder second = RunFolder.open(parent, false)) {
      first.close();
      assertThatThrownBy(() -> RunFolder.open(parent, false)).isInstanceOf(ConfigException.class);
    }
  }

  /** Locks a folder until it is killed. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws InterruptedException {
      try (RunFolder run = RunFolder.open(Path.of(arguments[0]), false)) {
        System.out.println("locked");
        Thread.sleep(Long.MAX_VALUE);
      }
    }
  }

  @Test
  void whatAKilledRunLeftHalfWrittenIsDeletedAndNothingElse() throws IOException {
    Path half = AtomicFile.temporaryBeside(parent.resolve("checkpoint-3"));
    Files.writeString(Files.createDirectory(half).resolve("training_state.safetensors"), "half");
    Path file = AtomicFile.temporaryBeside(parent.resolve("run.json"));
    Files.writeString(file, "{");
    Path mine = Files.writeString(parent.resolve(".notes.writing-down"), "mine");
    RunFolder.open(parent, false).close();
    assertThat(half).doesNotExist();
    assertThat(file).doesNotExist();
    assertThat(mine).hasContent("mine");
  }

  @Test
  void aRunIsNotBegunOverTheCheckpointsOfAnother() throws IOException {
    Files.createDirectory(parent.resolve("checkpoint-3"));
    assertThatThrownBy(() -> RunFolder.open(parent, false))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("holds the checkpoints of a run");
    RunFolder.open(parent, true).close();
  }
}
