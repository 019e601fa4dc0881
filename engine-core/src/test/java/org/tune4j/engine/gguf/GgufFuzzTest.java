package org.tune4j.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.Fuzz;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Tune4jException;

/** Files damaged by chance, and headers that are made to fill memory. */
class GgufFuzzTest {
  private static final int ALWAYS_NEEDED = 1 << 17;

  @TempDir Path folder;

  /** Of what is taken all tensors are read: they lie in the file. */
  @Test
  void damagedFilesAreTakenOrRefusedWithinMemory() throws IOException {
    Path path = folder.resolve("model.gguf");
    byte[] valid = Files.readAllBytes(GgufFixture.golden("metadata.gguf"));
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      Fuzz.check(
          20_000,
          valid,
          MutatedGguf::of,
          content -> {
            overwrite(channel, content);
            openWithinMemory(path, content.length);
          });
    }
  }

  /** Many times faster than a new file each time. */
  private static void overwrite(FileChannel channel, byte[] content) {
    try {
      channel.write(ByteBuffer.wrap(content), 0);
      channel.truncate(content.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void openWithinMemory(Path path, long length) {
    if (allocatedByOpening(path) >= 10 * length + ALWAYS_NEEDED) {
      assertThat(allocatedByOpening(path))
          .as("again, when no class is loaded for it any more")
          .isLessThan(10 * length + ALWAYS_NEEDED);
    }
    try (GgufFile file = GgufFile.open(path)) {
      file.tensors().keySet().forEach(name -> GgufFixture.numbers(file, name));
    }
  }

  private static long allocatedByOpening(Path path) {
    long before = allocated();
    try {
      GgufFile.open(path).close();
    } catch (Tune4jException refused) {
      assertThat(refused).isExactlyInstanceOf(ModelFormatException.class);
    }
    return allocated() - before;
  }

  /** Entries as short as they may be take the most memory for a byte of the file. */
  @Test
  void theShortestEntriesTakeNoMoreThanTenTimesTheirSize() throws IOException {
    int n = 10_000;
    GgufFixture keys = GgufFixture.header(0, n);
    GgufFixture tensors = GgufFixture.header(4L * n, 0);
    for (int i = 0; i < n; i++) {
      keys.string(Integer.toString(i, 36)).int32(0).raw(1);
    }
    for (int i = 0; i < 4 * n; i++) {
      tensors.tensor(Integer.toString(i, 36), 0, 32L * i);
    }
    GgufFixture texts = array(8, 20L * n);
    GgufFixture letters = array(8, 20L * n);
    for (int i = 0; i < 20 * n; i++) {
      texts.string("");
      letters.string("é");
    }
    GgufFixture lists = array(9, 10L * n);
    GgufFixture nested = array(9, 2L * n);
    for (int i = 0; i < 10 * n; i++) {
      lists.int32(0).int64(0);
    }
    for (int i = 0; i < 2 * n; i++) {
      nested.int32(9).int64(1).int32(9).int64(1).int32(9).int64(1).int32(0).int64(1).raw(7);
    }
    GgufFixture flags = array(7, 100L * n).raw(new int[100 * n]);
    GgufFixture longText = GgufFixture.header(0, 1).string("k").int32(8);
    longText.string("\uFFFD".repeat(50 * n));
    for (GgufFixture file :
        List.of(keys, tensors, texts, letters, lists, nested, flags, longText)) {
      int headerLength = file.bytes().length;
      byte[] bytes = file.data(32, file == tensors ? 4 * n * 32 : 0).bytes();
      Path path = Files.write(folder.resolve("model.gguf"), bytes);
      GgufFile.open(path).close();
      assertThat(allocatedByOpening(path)).isLessThan(10L * headerLength + ALWAYS_NEEDED);
    }
  }

  private static GgufFixture array(int elements, long count) {
    return GgufFixture.header(0, 1).string("k").int32(9).int32(elements).int64(count);
  }

  private static long allocated() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getThreadAllocatedBytes(Thread.currentThread().getId());
  }
}
