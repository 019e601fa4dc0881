package org.tune4j.engine.data.source;

import org.tune4j.engine.DataException;

/** The rows of a table with chosen columns. */
final class ColumnsTable implements RowTable {
  private final Columns columns;
  private final RowTable table;

  /**
   * A table over another one.
   *
   * @throws org.tune4j.engine.ConfigException if the first row lacks a column
   */
  ColumnsTable(Columns columns, RowTable table) {
    this.columns = columns;
    this.table = table;
    checkFirst();
  }

  private void checkFirst() {
    for (int i = 0; i < table.size(); i++) {
      try {
        columns.ofFirst(table.row(i));
        return;
      } catch (BadRowException e) {
        // Told of when it is read; the next one is the first that can be.
        continue;
      }
    }
  }

  @Override
  public int size() {
    return table.size();
  }

  @Override
  public Row row(int index) {
    Row row = table.row(index);
    try {
      return new Row(columns.of(row.columns()), row.source(), row.line());
    } catch (DataException e) {
      throw new BadRowException(row.source(), row.line(), e);
    }
  }

  @Override
  public void close() {
    table.close();
  }
}
