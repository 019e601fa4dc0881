package org.tune4j.engine.data.source;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.tune4j.engine.DataException;

/**
 * Makes tables of sources. Large JSON Lines files that are not packed are indexed where they lie,
 * and must stay as they are; all other rows are kept in memory as JSON, or in one temporary file if
 * they are many.
 */
public final class RowTables {
  /** How many bytes of rows a table keeps in memory: 32 MiB where the heap is not small. */
  static final long MEMORY_BYTES = Row.MAX_BYTES / 2;

  private final BadRows bad;
  private final List<RowTable> tables = new ArrayList<>();
  private long memoryLeft;
  private Spool spool;

  private RowTables(BadRows bad, long memoryBytes) {
    this.bad = bad;
    this.memoryLeft = memoryBytes;
  }

  /**
   * A table of all rows of some sources, in order; any bad row is an error.
   *
   * @throws DataException if there are bad rows
   */
  public static RowTable of(ExampleSource... sources) {
    return of(new BadRows(BadRows.Policy.FAIL), sources);
  }

  /**
   * A table of all rows of some sources, in order; a table is given back as it is. Of a file that
   * is indexed where it lies only rows that are too long are found bad now, others when they are
   * read.
   *
   * @param bad is told of the rows that cannot be used, which are left out
   * @throws DataException if there are bad rows and they are a failure
   * @throws org.tune4j.engine.StorageException if something cannot be read, or the temporary file
   *     cannot be written
   */
  public static RowTable of(BadRows bad, ExampleSource... sources) {
    return of(bad, MEMORY_BYTES, sources);
  }

  static RowTable of(BadRows bad, long memoryBytes, ExampleSource... sources) {
    RowTable table = scanned(bad, memoryBytes, sources);
    try {
      bad.throwIfFailing();
    } catch (DataException e) {
      table.close();
      throw e;
    }
    return table;
  }

  /**
   * As {@link #of}, but whether bad rows are a failure is left to whoever looks at the rows: only
   * then are all of them known.
   */
  public static RowTable scanned(BadRows bad, ExampleSource source) {
    return scanned(bad, MEMORY_BYTES, source);
  }

  private static RowTable scanned(BadRows bad, long memoryBytes, ExampleSource... sources) {
    if (sources.length == 1 && sources[0] instanceof RowTable table) {
      return table;
    }
    RowTables building = new RowTables(bad, memoryBytes);
    boolean made = false;
    try {
      for (ExampleSource source : sources) {
        building.add(source);
      }
      RowTable table = building.table();
      made = true;
      return table;
    } finally {
      if (!made) {
        building.close();
      }
    }
  }

  private void add(ExampleSource source) {
    if (source instanceof ConcatenatedSource several) {
      several.parts().forEach(this::add);
    } else if (source instanceof FileSource file && staysInPlace(file)) {
      endSpool();
      tables.add(file.indexed(bad));
    } else if (source instanceof ColumnsSource chosen
        && chosen.source() instanceof FileSource file
        && staysInPlace(file)) {
      endSpool();
      tables.add(file.indexed(bad));
      int last = tables.size() - 1;
      tables.set(last, new ColumnsTable(chosen.columns(), tables.get(last)));
    } else {
      spool(source);
    }
  }

  private boolean staysInPlace(FileSource file) {
    long left = memoryLeft - (spool == null ? 0 : spool.inMemory());
    return file.isPlainLines() && file.size() > left;
  }

  private void spool(ExampleSource source) {
    if (spool == null) {
      spool = new Spool(memoryLeft, Spool::inTemporaryFolder);
    }
    try (Stream<Row> rows = source.rows(bad)) {
      rows.forEach(
          row -> {
            try {
              spool.add(row);
            } catch (DataException e) {
              bad.add(row.source(), row.line(), e.getMessage());
            }
          });
    }
  }

  private void endSpool() {
    if (spool != null) {
      memoryLeft -= spool.inMemory();
      tables.add(spool.table());
      spool = null;
    }
  }

  private RowTable table() {
    endSpool();
    return tables.size() == 1 ? tables.get(0) : new ChainedRows(tables);
  }

  private void close() {
    if (spool != null) {
      spool.close();
    }
    tables.forEach(RowTable::close);
  }
}
