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
  /** Most bytes of a row; longer ones are bad rows and are not held in memory. */
  public static final int MAX_BYTES = 64 << 20;

  public Row {
    Objects.requireNonNull(columns, "columns");
    Objects.requireNonNull(source, "source");
  }

  /** Source and line, for messages and records. */
  public String where() {
    return source + ":" + line;
  }
}
