package org.tune4j.engine.data.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.stream.Stream;
import org.tune4j.engine.DataException;

/** The rows of a source with chosen columns. */
record ColumnsSource(Columns columns, ExampleSource source) implements ExampleSource {
  @Override
  public Stream<Row> rows(BadRows bad) {
    boolean[] begun = {false};
    return source
        .rows(bad)
        .mapMulti(
            (row, rows) -> {
              ObjectNode chosen;
              try {
                chosen = begun[0] ? columns.of(row.columns()) : columns.ofFirst(row);
                begun[0] = true;
              } catch (DataException e) {
                bad.add(row.source(), row.line(), e.getMessage());
                return;
              }
              rows.accept(new Row(chosen, row.source(), row.line()));
            });
  }
}
