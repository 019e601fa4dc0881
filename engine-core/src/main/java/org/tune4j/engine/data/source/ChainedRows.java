package org.tune4j.engine.data.source;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.tune4j.engine.DataException;

/** The rows of several tables, one table after the other. */
final class ChainedRows implements RowTable {
  private final List<RowTable> tables;

  /** Number of the first row of each table, and the number of all rows. */
  private final int[] starts;

  ChainedRows(List<RowTable> tables) {
    this.tables = List.copyOf(tables);
    this.starts = new int[tables.size() + 1];
    for (int i = 0; i < tables.size(); i++) {
      long end = (long) starts[i] + tables.get(i).size();
      if (end > Integer.MAX_VALUE) {
        throw new DataException(
            "more than " + Integer.MAX_VALUE + " rows; leave some files out of the run");
      }
      starts[i + 1] = (int) end;
    }
  }

  @Override
  public int size() {
    return starts[tables.size()];
  }

  @Override
  public Row row(int index) {
    Objects.checkIndex(index, size());
    int found = Arrays.binarySearch(starts, index);
    int table = found >= 0 ? found : -found - 2;
    while (starts[table + 1] == index) {
      // An empty table begins where the next one does.
      table++;
    }
    return tables.get(table).row(index - starts[table]);
  }

  @Override
  public void close() {
    tables.forEach(RowTable::close);
  }
}
