package org.tune4j.engine.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tune4j.engine.data.source.Reading.all;
import static org.tune4j.engine.data.source.Reading.gzip;
import static org.tune4j.engine.data.source.Reading.skipping;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.DataException;

class GzipTest {
  @TempDir Path folder;

  private static final byte[] ROWS = rows(1, 200);

  private static byte[] rows(int from, int to) {
    StringBuilder text = new StringBuilder();
    for (int i = from; i <= to; i++) {
      text.append("{\"n\":").append(i).append(",\"text\":\"").append(i * 7919L).append("\"}\n");
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] joined(byte[]... parts) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.write(part);
    }
    return all.toByteArray();
  }

  private static List<Row> read(byte[] bytes) {
    BadRows bad = skipping();
    ByteInput in = new ByteInput("a.jsonl.gz", new ByteArrayInputStream(bytes));
    try (Stream<Row> rows = FileFormat.JSON_LINES.read(in, 1 << 20).stream("a.jsonl.gz", bad)) {
      List<Row> all = rows.toList();
      assertThat(bad.count()).isZero();
      return all;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.jsonl.gz", "a.jsonl", "A.JSONL.GZ"})
  void packedRowsAreReadWhateverTheNameSays(String name) throws IOException {
    Path file = Files.write(folder.resolve(name), gzip(ROWS));
    assertThat(all(new DataFiles().open(file))).extracting(Row::line).hasSize(200).endsWith(200L);
  }

  @Test
  void aPlainFileMayBeNamedAsIfPacked() throws IOException {
    Path file = Files.write(folder.resolve("a.jsonl.gz"), ROWS);
    assertThat(all(new DataFiles().open(file))).hasSize(200);
  }

  @Test
  void allMembersAreRead() throws IOException {
    // A border within a row too, as log rotation and parallel packers leave them.
    byte[] first = Arrays.copyOf(ROWS, 1000);
    byte[] second = Arrays.copyOfRange(ROWS, 1000, ROWS.length);
    assertThat(read(joined(gzip(first), gzip(new byte[0]), gzip(second))))
        .isEqualTo(read(ROWS))
        .hasSize(200);
  }

  @Property
  void aCutFileIsAnErrorThatNamesIt(@ForAll @IntRange(min = 2) int cut) throws IOException {
    byte[] whole = gzip(ROWS);
    byte[] part = Arrays.copyOf(whole, 2 + cut % (whole.length - 2));
    assertThatThrownBy(() -> read(part))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a.jsonl.gz: the gzip data is damaged or cut off");
  }

  /**
   * Behind the header, whose time and system may be anything. A bit that only fills the last byte
   * of the data up may be anything too, so what counts is that no other rows come of it.
   */
  @Property
  void aFlippedBitIsAnErrorThatNamesIt(
      @ForAll @IntRange(min = 0) int place, @ForAll @IntRange(max = 7) int bit) throws IOException {
    byte[] flipped = gzip(ROWS);
    int header = 10;
    flipped[header + place % (flipped.length - header)] ^= (byte) (1 << bit);
    List<Row> read;
    try {
      read = read(flipped);
    } catch (DataException e) {
      assertThat(e).hasMessageContaining("a.jsonl.gz: the gzip data is damaged or cut off");
      return;
    }
    assertThat(read).isEqualTo(read(ROWS));
  }

  @Test
  void garbageBehindAMemberIsNotPassedOver() throws IOException {
    byte[] damagedSecond = gzip(ROWS);
    damagedSecond[0] = 0;
    for (byte[] garbage : List.of(new byte[] {1}, "garbage".getBytes(), damagedSecond)) {
      byte[] bytes = joined(gzip(ROWS), garbage);
      assertThatThrownBy(() -> read(bytes))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("a.jsonl.gz: the gzip data is damaged or cut off");
    }
  }
}
