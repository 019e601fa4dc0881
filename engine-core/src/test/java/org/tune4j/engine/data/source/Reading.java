package org.tune4j.engine.data.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/** Short forms for tests that read rows. */
final class Reading {
  private Reading() {}

  /** All rows; a bad one is an error. */
  static List<Row> all(ExampleSource source) {
    BadRows bad = new BadRows(BadRows.Policy.FAIL);
    List<Row> rows = all(source, bad);
    bad.throwIfFailing();
    return rows;
  }

  static List<Row> all(ExampleSource source, BadRows bad) {
    try (Stream<Row> rows = source.rows(bad)) {
      return rows.toList();
    }
  }

  static List<ObjectNode> columns(ExampleSource source) {
    return all(source).stream().map(Row::columns).toList();
  }

  static List<Row> all(RowTable table) {
    BadRows bad = new BadRows(BadRows.Policy.FAIL);
    List<Row> rows = table.rows(bad).toList();
    bad.throwIfFailing();
    return rows;
  }

  static BadRows skipping() {
    return new BadRows(BadRows.Policy.SKIP);
  }

  /** The columns that a JSON text says. */
  static ObjectNode json(String text) {
    return StrictJson.row(text.replace('\'', '"'));
  }

  static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }
}
