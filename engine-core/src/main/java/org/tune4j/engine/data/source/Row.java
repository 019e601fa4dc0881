package org.tune4j.engine.data.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;

/**
 * One row of columns.
 *
 * @param columns values by column name. Numbers with a fraction or an exponent are decimals, so
 *     they keep the digits they were written with.
 * @param source the file, or what else the row comes from
 * @param line its line there, from 1: where a CSV record or an element of a JSON array begins; the
 *     number of the row where there are no lines
 */
public record Row(ObjectNode columns, String source, long line) {
  static final int MAX_BYTES_OF_ANY_HEAP = 64 << 20;

  /**
   * Most bytes of a row: 64 MiB, or an eighth of Java's heap where that is less, since reading a
   * row takes up to eight times its bytes. Longer ones are bad rows and are not held in memory.
   */
  public static final int MAX_BYTES =
      (int) Math.min(MAX_BYTES_OF_ANY_HEAP, Runtime.getRuntime().maxMemory() / 8);

  public Row {
    Objects.requireNonNull(columns, "columns");
    Objects.requireNonNull(source, "source");
  }

  /** Source and line, for messages and records. */
  public String where() {
    return source + ":" + line;
  }
}
