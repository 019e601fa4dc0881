package org.tune4j.engine.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tune4j.engine.data.source.Reading.all;
import static org.tune4j.engine.data.source.Reading.skipping;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.DataException;

class LineScanTest {
  @TempDir Path folder;

  @Provide
  static Arbitrary<List<String>> lines() {
    return Arbitraries.oneOf(
            Arbitraries.of("", " ", "\r", "\t \r", "{}", " {\"a\":\"宾馆\"}\r", "no row"),
            Arbitraries.integers().between(0, 30).map(n -> "{\"a\":\"" + "x".repeat(n) + "\"}"))
        .list()
        .ofMaxSize(20);
  }

  /** What the same lines give when they are read one after the other. */
  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void theIndexFindsWhatReadingFinds(
      @ForAll("lines") List<String> lines,
      @ForAll boolean mark,
      @ForAll boolean endsWithLine,
      @ForAll @IntRange(min = 1, max = 70) int chunk,
      @ForAll @IntRange(min = 20, max = 60) int maxBytes) {
    String text = (mark ? "\uFEFF" : "") + String.join("\n", lines) + (endsWithLine ? "\n" : "");
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    BadRows badRead = skipping();
    RowReader reader =
        FileFormat.JSON_LINES.read(new ByteInput("a", new ByteArrayInputStream(bytes)), maxBytes);
    List<Row> read = reader.stream("a", badRead).toList();
    BadRows bad = skipping();
    RowTable table = LineScan.table("a", new MemoryBytes(bytes), bad, maxBytes, chunk);
    assertThat(table.rows(bad)).isEqualTo(read);
    assertThat(bad.count()).isEqualTo(badRead.count());
    // Ten are named, in the order in which they are met: rows that are too long by the scan
    // already.
    if (bad.count() <= bad.first().size()) {
      assertThat(bad.first()).containsExactlyInAnyOrderElementsOf(badRead.first());
    }
  }

  private Path write(String content) throws IOException {
    return Files.writeString(folder.resolve("a.jsonl"), content);
  }

  private static RowTable table(Path file) {
    return LineScan.table(file, skipping(), Row.MAX_BYTES);
  }

  @Test
  void aBadRowIsAnErrorOnlyForWhoeverReadsIt() throws IOException {
    Path file = write("{\"a\":1}\n\nsecret\n{\"a\":3}\n");
    try (RowTable table = table(file)) {
      assertThat(table.size()).isEqualTo(3);
      assertThat(table.row(2)).isEqualTo(new Row(Reading.json("{'a':3}"), file.toString(), 4));
      assertThatThrownBy(() -> table.row(1))
          .isInstanceOf(BadRowException.class)
          .hasMessageStartingWith(file + ":3: not valid JSON")
          .hasMessageNotContaining("secret");
      BadRows bad = skipping();
      assertThat(table.rows(bad)).extracting(Row::line).containsExactly(1L, 4L);
      assertThat(bad.first()).hasSize(1);
      assertThat(bad.first().get(0)).startsWith(file + ":3: not valid JSON");
      assertThatThrownBy(() -> table.row(3)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void aFileThatBecomesShorterIsAnError() throws IOException {
    Path file = write("{\"a\":1}\n".repeat(100_000));
    try (RowTable table = table(file)) {
      try (RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
        cut.setLength(1000);
      }
      for (int row : new int[] {0, 99_999}) {
        assertThatThrownBy(() -> table.row(row))
            .isInstanceOf(DataException.class)
            .hasMessageContaining("a.jsonl: was changed while its rows were in use")
            .hasMessageContaining("found 1000 bytes");
      }
    }
  }

  @Test
  void aFileThatIsChangedIsAnError() throws IOException {
    Path file = write("{\"a\":1}\n{\"a\":2}\n");
    try (RowTable table = table(file)) {
      assertThat(table.row(1).line()).isEqualTo(2);
      Files.writeString(file, "{\"a\":", StandardOpenOption.WRITE);
      Files.setLastModifiedTime(file, FileTime.from(1, TimeUnit.DAYS));
      assertThatThrownBy(() -> table.row(1))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("was changed");
    }
    try (RowTable table = table(file)) {
      Files.writeString(file, "{\"a\":3}\n", StandardOpenOption.APPEND);
      assertThatThrownBy(() -> table.row(0))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("was changed");
    }
  }

  @Test
  void anotherEncodingIsNamed() throws IOException {
    Path file = folder.resolve("a.jsonl");
    Files.write(file, "\uFEFF{}".getBytes(StandardCharsets.UTF_16LE));
    assertThatThrownBy(() -> table(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a.jsonl: begins with the byte order mark of UTF-16");
  }

  /** Zeros, save for what stands at two places. */
  private record MostlyNothing(byte[] front, byte[] back, long backAt) implements ByteStore {
    @Override
    public long size() {
      return backAt + back.length;
    }

    @Override
    public void read(long start, byte[] into, int length) {
      Arrays.fill(into, 0, length, (byte) 0);
      copy(front, -start, into, length);
      copy(back, backAt - start, into, length);
    }

    private static void copy(byte[] text, long to, byte[] into, int length) {
      for (long i = Math.max(0, -to); i < text.length && to + i < length; i++) {
        into[(int) (to + i)] = text[(int) i];
      }
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }

  @Test
  void rowsLieBehindTwoGigabytesToo() {
    MostlyNothing text =
        new MostlyNothing(
            "{\"a\":1}\n".getBytes(StandardCharsets.UTF_8),
            "\n{\"a\":2}\n{\"a\":3}".getBytes(StandardCharsets.UTF_8),
            Integer.MAX_VALUE + 1000L);
    BadRows bad = skipping();
    RowTable table = LineScan.table("a", text, bad, 1 << 20, 1 << 20);
    assertThat(all(table))
        .extracting(row -> row.line() + " " + row.columns())
        .containsExactly("1 {\"a\":1}", "3 {\"a\":2}", "4 {\"a\":3}");
    assertThat(bad.first())
        .containsExactly("a:2: the row is longer than 1 MiB; cut it or leave it out");
  }

  @Test
  void manyThreadsRead() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      text.append("{\"a\":").append(i).append("}\n");
    }
    try (RowTable table = table(write(text.toString()))) {
      List<Integer> read =
          IntStream.range(0, 1000)
              .parallel()
              .mapToObj(i -> table.row(i).columns().get("a").asInt())
              .toList();
      assertThat(read).isEqualTo(IntStream.range(0, 1000).boxed().toList());
    }
  }

  @Test
  void anInterruptedThreadSpoilsNothing() throws IOException {
    try (RowTable table = table(write("{\"a\":1}\n{\"a\":2}\n"))) {
      Thread.currentThread().interrupt();
      assertThat(table.row(0).line()).isEqualTo(1);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(table.row(1).line()).isEqualTo(2);
    }
  }
}
