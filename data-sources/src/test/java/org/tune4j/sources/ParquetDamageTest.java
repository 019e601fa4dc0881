package org.tune4j.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tune4j.sources.ParquetFixture.all;

import java.io.IOException;
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

/** A damaged file gives an exception of ours, or what of its rows is whole. */
class ParquetDamageTest {
  private static Path file;
  private static byte[] whole;
  private static List<Row> rows;

  @BeforeContainer
  static void write() throws IOException {
    file = Files.createTempFile("damage", ".parquet");
    ParquetFixture.write(
        file,
        "message m { required int32 n; optional binary text (STRING);"
            + " optional group l (LIST) { repeated group list { optional int64 element; } } }",
        120,
        CompressionCodecName.ZSTD,
        (row, i) -> {
          row.add("n", i);
          row.add("text", "text ".repeat(i % 7));
          row.addGroup("l").addGroup("list").append("element", (long) i);
        });
    whole = Files.readAllBytes(file);
    rows = all(new ParquetSource(file), new BadRows(BadRows.Policy.FAIL));
  }

  @AfterContainer
  static void delete() throws IOException {
    Files.delete(file);
  }

  @Property(tries = 300)
  void cut(@ForAll @IntRange(min = 0) int length) throws IOException {
    Files.write(file, Arrays.copyOf(whole, length % whole.length));
    assertThat(read()).isNull();
  }

  @Property(tries = 1000)
  void changed(@ForAll @IntRange(min = 0) int place, @ForAll byte value) throws IOException {
    byte[] changed = whole.clone();
    changed[place % changed.length] = value;
    Files.write(file, changed);
    List<Row> read = read();
    // The footer has no checksum: with a byte of it changed, columns may be gone or renamed.
    int pages = whole.length - footer();
    if (place % changed.length < pages && read != null) {
      assertThat(read).isEqualTo(rows);
    }
  }

  private static int footer() {
    int at = whole.length - 8;
    return 8 + (whole[at] & 0xFF) + ((whole[at + 1] & 0xFF) << 8);
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
