package org.tune4j.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tune4j.sources.ParquetFixture.all;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.tune4j.engine.data.source.BadRows;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.data.source.JsonValues;
import org.tune4j.engine.data.source.Row;

/** Rows that others have written are read back. */
class RoundTripTest {
  /** Values of one row; each but the list may be null. */
  record Values(String text, Long whole, BigDecimal decimal, Boolean truth, List<String> list) {
    ObjectNode json() {
      ObjectNode row = JsonNodeFactory.instance.objectNode();
      row.set("text", JsonValues.of(text));
      row.set("whole", JsonValues.of(whole));
      row.set("decimal", JsonValues.of(decimal));
      row.set("truth", JsonValues.of(truth));
      row.set("list", JsonValues.of(list));
      return row;
    }
  }

  @Provide
  static Arbitrary<List<Values>> rows() {
    Arbitrary<String> texts =
        Arbitraries.strings().withChars("ab\"\\,\n\u0001é宾\u2028").ofMaxLength(8).injectNull(0.2);
    return Combinators.combine(
            texts,
            Arbitraries.longs().injectNull(0.2),
            Arbitraries.bigDecimals()
                .between(BigDecimal.valueOf(-1000000), BigDecimal.valueOf(1000000))
                .ofScale(2)
                .map(value -> value.setScale(2))
                .injectNull(0.2),
            Arbitraries.of(true, false).injectNull(0.2),
            texts.list().ofMaxSize(3))
        .as(Values::new)
        .list()
        .ofMaxSize(250);
  }

  private static void check(ExampleSource source, List<Values> rows) {
    BadRows bad = new BadRows(BadRows.Policy.FAIL);
    assertThat(all(source, bad))
        .extracting(Row::columns)
        .isEqualTo(rows.stream().map(Values::json).toList());
    bad.throwIfFailing();
  }

  @Property(tries = 50, edgeCases = EdgeCasesMode.NONE)
  void parquet(@ForAll("rows") List<Values> rows, @ForAll("codecs") CompressionCodecName codec)
      throws IOException {
    Path file = Files.createTempFile("round-trip", ".parquet");
    try {
      ParquetFixture.write(
          file,
          "message m { optional binary text (STRING); optional int64 whole;"
              + " optional int32 decimal (DECIMAL(9,2)); optional boolean truth;"
              + " required group list (LIST) { repeated group list {"
              + " optional binary element (STRING); } } }",
          rows.size(),
          codec,
          (row, i) -> fill(row, rows.get(i)));
      check(new ParquetSource(file), rows);
    } finally {
      Files.delete(file);
    }
  }

  @Provide
  static Arbitrary<CompressionCodecName> codecs() {
    return Arbitraries.of(
        CompressionCodecName.UNCOMPRESSED,
        CompressionCodecName.SNAPPY,
        CompressionCodecName.GZIP,
        CompressionCodecName.ZSTD,
        CompressionCodecName.LZ4_RAW);
  }

  private static void fill(Group row, Values values) {
    if (values.text != null) {
      row.add("text", values.text);
    }
    if (values.whole != null) {
      row.add("whole", values.whole);
    }
    if (values.decimal != null) {
      row.add("decimal", values.decimal.unscaledValue().intValueExact());
    }
    if (values.truth != null) {
      row.add("truth", values.truth);
    }
    Group list = row.addGroup("list");
    for (String element : values.list) {
      Group slot = list.addGroup("list");
      if (element != null) {
        slot.add("element", element);
      }
    }
  }

  @Property(tries = 50, edgeCases = EdgeCasesMode.NONE)
  void database(@ForAll("rows") List<Values> rows) throws SQLException {
    String url = "jdbc:h2:mem:" + UUID.randomUUID();
    try (Connection keeping = DriverManager.getConnection(url)) {
      keeping
          .createStatement()
          .execute(
              "CREATE TABLE t (id INT, text VARCHAR, whole BIGINT, decimal_ DECIMAL(9,2),"
                  + " truth BOOLEAN, list VARCHAR ARRAY)");
      try (PreparedStatement insert =
          keeping.prepareStatement("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)")) {
        for (int i = 0; i < rows.size(); i++) {
          Values values = rows.get(i);
          insert.setInt(1, i);
          insert.setString(2, values.text);
          insert.setObject(3, values.whole);
          insert.setBigDecimal(4, values.decimal);
          insert.setObject(5, values.truth);
          insert.setObject(6, values.list.toArray());
          insert.addBatch();
        }
        insert.executeBatch();
      }
      check(
          new JdbcSource(
              "t",
              () -> DriverManager.getConnection(url),
              "SELECT text AS \"text\", whole AS \"whole\", decimal_ AS \"decimal\","
                  + " truth AS \"truth\", list AS \"list\" FROM t ORDER BY id"),
          rows);
    }
  }
}
