package org.tune4j.engine.data.source;

import java.util.concurrent.atomic.AtomicBoolean;

/** Some rows of a table. */
final class SelectedRows implements RowTable {
  private final RowTable table;
  private final int[] rows;
  private final Runnable onClose;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * A table over another one.
   *
   * @param rows their numbers there
   * @param onClose is run once
   */
  SelectedRows(RowTable table, int[] rows, Runnable onClose) {
    this.table = table;
    this.rows = rows;
    this.onClose = onClose;
  }

  @Override
  public int size() {
    return rows.length;
  }

  @Override
  public Row row(int index) {
    return table.row(rows[index]);
  }

  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      onClose.run();
    }
  }
}
