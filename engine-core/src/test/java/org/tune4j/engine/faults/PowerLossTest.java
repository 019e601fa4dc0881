package org.tune4j.engine.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The model against the classic ways to replace a file. */
class PowerLossTest {
  private static final String MISSING = "missing";
  @TempDir Path real;

  @FunctionalInterface
  private interface Replacement {
    void replace(Path folder, Path file, String content) throws IOException;
  }

  /** What a loss of power during a replacement of "old" by "new" may leave. */
  private Set<String> during(Replacement way) throws IOException {
    return left(way, false);
  }

  /** What a loss of power after the replacement may leave. */
  private Set<String> afterwards(Replacement way) throws IOException {
    return left(way, true);
  }

  private Set<String> left(Replacement way, boolean onlyAfterwards) throws IOException {
    Path root = Files.createTempDirectory(real, "root");
    Trace trace = new Trace();
    Path folder = trace.path(root);
    Path file = folder.resolve("f");
    Files.writeString(file, "old");
    force(file);
    force(folder);
    trace.note(1);
    way.replace(folder, file, "new");
    trace.note(2);
    PowerLoss loss = new PowerLoss(trace, root);
    Set<String> contents = new HashSet<>();
    while (loss.next()) {
      if (loss.noted() >= (onlyAfterwards ? 2 : 1)) {
        for (Kept names : Kept.values()) {
          for (Kept data : Kept.values()) {
            for (int seed = 0; seed < 5; seed++) {
              Path target = Files.createTempDirectory(real, "left");
              loss.leave(target, names, data, seed);
              Path left = target.resolve("f");
              contents.add(Files.exists(left) ? Files.readString(left) : MISSING);
            }
          }
        }
      }
    }
    return contents;
  }

  private static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static Path written(Path folder, String content) throws IOException {
    return Files.writeString(folder.resolve("temporary"), content);
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  @Test
  void overwritingInPlaceMayLeaveNothing() throws IOException {
    Replacement inPlace = (folder, file, content) -> Files.writeString(file, content);
    assertThat(during(inPlace)).contains("old", "new", "");
  }

  @Test
  void renamingWhatWasNotForcedMayLeaveNothing() throws IOException {
    Replacement unforced = (folder, file, content) -> move(written(folder, content), file);
    assertThat(during(unforced)).contains("old", "new", "");
  }

  @Test
  void renamingWithoutForcingTheFolderMayComeTooLate() throws IOException {
    Replacement unforcedFolder =
        (folder, file, content) -> {
          Path temporary = written(folder, content);
          force(temporary);
          move(temporary, file);
        };
    assertThat(during(unforcedFolder)).containsExactlyInAnyOrder("old", "new");
    assertThat(afterwards(unforcedFolder)).containsExactlyInAnyOrder("old", "new");
  }

  @Test
  void renamingWhatWasForcedAndForcingTheFolderHolds() throws IOException {
    Replacement right =
        (folder, file, content) -> {
          Path temporary = written(folder, content);
          force(temporary);
          move(temporary, file);
          force(folder);
        };
    assertThat(during(right)).containsExactlyInAnyOrder("old", "new");
    assertThat(afterwards(right)).containsExactly("new");
  }

  @Test
  void deletingFirstMayLeaveNothing() throws IOException {
    Replacement deleting =
        (folder, file, content) -> {
          Files.delete(file);
          Files.writeString(file, content);
          force(file);
          force(folder);
        };
    assertThat(during(deleting)).contains(MISSING);
    assertThat(afterwards(deleting)).containsExactly("new");
  }
}
