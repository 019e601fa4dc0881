package org.tune4j.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tune4j.sources.ParquetFixture.all;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.tune4j.engine.Tune4jException;
import org.tune4j.engine.data.source.BadRows;
import org.tune4j.engine.data.source.Row;

/** A damaged file gives an exception of ours. */
class ParquetDamageTest {
  private static final String TEXT = "what stands in a page of data and nowhere else";

  private static Path file;
  private static byte[] whole;
  private static List<Row> rows;

  /** Where the text stands in the file. */
  private static int text;

  @BeforeContainer
  static void write() throws IOException {
    file = Files.createTempFile("damage", ".parquet");
    ParquetFixture.write(
        file,
        "message m { required int32 n; optional binary text (STRING);"
            + " optional group l (LIST) { repeated group list { optional int64 element; } } }",
        120,
        CompressionCodecName.UNCOMPRESSED,
        (row, i) -> {
          row.add("n", i);
          row.add("text", i == 77 ? TEXT : "text ".repeat(i % 7));
          row.addGroup("l").addGroup("list").append("element", (long) i);
        });
    whole = Files.readAllBytes(file);
    text = new String(whole, StandardCharsets.ISO_8859_1).indexOf(TEXT);
    rows = all(new ParquetSource(file), new BadRows(BadRows.Policy.FAIL));
  }

  @AfterContainer
  static void delete() throws IOException {
    Files.delete(file);
  }

  @Property(tries = 200)
  void whatIsCutOffIsNotRead(@ForAll @IntRange(min = 0) int length) throws IOException {
    Files.write(file, Arrays.copyOf(whole, length % whole.length));
    assertThat(read()).isNull();
  }

  @Property(tries = 400)
  void aByteOfAPageThatChangedIsFound(@ForAll @IntRange(min = 0) int place, @ForAll byte value)
      throws IOException {
    int at = text + place % TEXT.length();
    byte[] changed = changed(at, value);
    Files.write(file, changed);
    assertThat(read()).isEqualTo(changed[at] == whole[at] ? rows : null);
  }

  /** The headers of pages and the footer have no checksums, so rows may have changed with them. */
  @Property(tries = 400)
  void nothingElseIsThrown(@ForAll @IntRange(min = 0) int place, @ForAll byte value)
      throws IOException {
    Files.write(file, changed(place % whole.length, value));
    List<Row> read = read();
    assertThat(read == null || read.size() <= rows.size()).isTrue();
  }

  private static byte[] changed(int place, byte value) {
    byte[] changed = whole.clone();
    changed[place] = value;
    return changed;
  }

  /** The rows, or null where an exception of ours says that they cannot be read. */
  private static List<Row> read() {
    try {
      return all(new ParquetSource(file), new BadRows(BadRows.Policy.SKIP));
    } catch (Tune4jException e) {
      assertThat(e).hasMessageContaining(file.toString());
      return null;
    }
  }
}
