package org.tune4j.engine.data.source;

import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Rows that can be read in any order and from several threads. A table made of tables closes them
 * with itself.
 */
public interface RowTable extends ExampleSource, AutoCloseable {
  /** How many rows there are, those included that turn out to be bad when they are read. */
  int size();

  /**
   * One row, made anew for each call.
   *
   * @param index from 0
   * @throws BadRowException if this row cannot be used
   * @throws org.tune4j.engine.DataException if what is beneath was changed meanwhile
   * @throws org.tune4j.engine.StorageException if it cannot be read
   */
  Row row(int index);

  /**
   * All rows in order.
   *
   * @param bad is told of the rows that cannot be used, which are left out
   */
  @Override
  default Stream<Row> rows(BadRows bad) {
    return IntStream.range(0, size())
        .boxed()
        .mapMulti(
            (index, rows) -> {
              Row row;
              try {
                row = row(index);
              } catch (BadRowException e) {
                bad.add(e);
                return;
              }
              rows.accept(row);
            });
  }

  @Override
  void close();
}
