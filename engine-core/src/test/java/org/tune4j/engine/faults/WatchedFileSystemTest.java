package org.tune4j.engine.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedFileSystemTest {
  @TempDir Path real;

  /** A little of everything. */
  private static void work(Path root) throws IOException {
    Path folder = Files.createDirectories(root.resolve("a/b"));
    Path file = folder.resolve("one.txt");
    Files.writeString(file, "hello");
    Files.writeString(file, " world", StandardOpenOption.APPEND);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {'H'}), 0);
      channel.force(true);
    }
    Files.move(file, folder.resolve("two.txt"), StandardCopyOption.ATOMIC_MOVE);
    Files.copy(folder.resolve("two.txt"), root.resolve("three.txt"));
    Files.delete(folder.resolve("two.txt"));
  }

  @Test
  void aSoundDiskDoesWhatTheRealOneDoes() throws IOException {
    Path root = FailingDisk.sound(Fault.INPUT_OUTPUT).path(real);
    work(root);
    assertThat(real.resolve("three.txt")).hasContent("Hello world");
    assertThat(Files.readString(root.resolve("three.txt"))).isEqualTo("Hello world");
    try (Stream<Path> paths = Files.walk(root)) {
      assertThat(paths.map(path -> root.relativize(path).toString()))
          .containsExactlyInAnyOrder("", "a", "a/b", "three.txt");
    }
    assertThatThrownBy(() -> Files.readString(root.resolve("four.txt")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void everyOperationCanFail() throws IOException {
    FailingDisk counted = FailingDisk.sound(Fault.INPUT_OUTPUT);
    work(counted.path(Files.createDirectory(real.resolve("counted"))));
    assertThat(counted.operations()).isGreaterThan(20);
    for (int at = 1; at <= counted.operations(); at++) {
      FailingDisk disk = new FailingDisk(Fault.INPUT_OUTPUT, at, true);
      Path root = disk.path(Files.createDirectory(real.resolve("at-" + at)));
      assertThatThrownBy(() -> work(root))
          .as("operation " + at)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Input/output error");
    }
  }

  @Test
  void aShortWriteIsLegalAndTheNextOneFindsNoSpace() throws IOException {
    for (boolean lasting : List.of(false, true)) {
      Path file = new FailingDisk(Fault.SHORT_WRITE, 2, lasting).path(real.resolve("f" + lasting));
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(new byte[10]);
        assertThat(channel.write(bytes.limit(4))).isEqualTo(4);
        assertThat(channel.write(bytes.limit(10))).isEqualTo(3);
        if (lasting) {
          assertThatThrownBy(() -> channel.write(bytes)).hasMessageContaining("No space left");
          assertThatThrownBy(() -> channel.force(true)).hasMessageContaining("No space left");
        } else {
          assertThat(channel.write(bytes)).isEqualTo(3);
        }
      }
      assertThat(Files.size(file)).isEqualTo(lasting ? 7 : 10);
    }
  }

  @Test
  void aDiskThatIsReadOnlyCanBeRead() throws IOException {
    Files.writeString(real.resolve("f"), "abc");
    Path file = new FailingDisk(Fault.READ_ONLY, 1, true).path(real).resolve("f");
    assertThat(Files.readString(file)).isEqualTo("abc");
    assertThatThrownBy(() -> Files.delete(file)).hasMessageContaining("Read-only");
    assertThatThrownBy(() -> Files.writeString(file, "")).hasMessageContaining("Read-only");
  }
}
