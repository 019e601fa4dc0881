package org.tune4j.engine.data;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tune4j.engine.data.form.BadColumnException;
import org.tune4j.engine.data.form.ExampleForms;
import org.tune4j.engine.data.source.BadRowException;
import org.tune4j.engine.data.source.BadRows;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.data.source.Row;
import org.tune4j.engine.data.source.RowTable;
import org.tune4j.engine.data.source.RowTables;

/**
 * The examples of some rows, read in any order and by any thread. A table that it was given stays
 * open when this is closed; one that it made for the rows of a source does not.
 */
public final class Examples implements AutoCloseable {
  private final RowTable rows;
  private final BadRows bad;
  private final boolean closesRows;
  private final long badBefore;

  private Examples(RowTable rows, BadRows bad, boolean closesRows) {
    this.rows = rows;
    this.bad = bad;
    this.closesRows = closesRows;
    this.badBefore = bad.count();
  }

  /**
   * The examples of a source. Whether bad rows are a failure is decided when all rows have been
   * looked at.
   */
  public static Examples of(ExampleSource source, DataConfig config) {
    BadRows bad = new BadRows(config.skipBadRows() ? BadRows.Policy.SKIP : BadRows.Policy.FAIL);
    RowTable rows = RowTables.scanned(bad, source);
    return new Examples(rows, bad, rows != source);
  }

  /** The same examples, of which somebody else is told those that make none. */
  Examples tellingOf(BadRows other) {
    return new Examples(rows, other, false);
  }

  /** Number of rows, those included that make no example. */
  public int size() {
    return rows.size();
  }

  /** Number of rows of the source: with those that were found bad before they got a number. */
  public long rowsOfSource() {
    return rows.size() + badBefore;
  }

  /** Who is told of the rows that make no example. */
  public BadRows bad() {
    return bad;
  }

  /** A row's example; empty if it makes none, which {@link #bad} is told. */
  public Optional<Example> example(int index) {
    try {
      Row row = rows.row(index);
      try {
        return Optional.of(
            new Example(
                index,
                row.source(),
                row.line(),
                ExampleForms.of(row.columns()),
                ExampleForms.context(row.columns()),
                ExampleForms.taskId(row.columns())));
      } catch (BadColumnException e) {
        bad.add(row.source(), row.line(), e.getMessage());
      }
    } catch (BadRowException e) {
      bad.add(e);
    }
    return Optional.empty();
  }

  /** The first example; nobody is told of bad rows before it. */
  public Optional<Example> first() {
    Examples apart = tellingOf(bad.none());
    return IntStream.range(0, size())
        .mapToObj(apart::example)
        .flatMap(Optional::stream)
        .findFirst();
  }

  /**
   * All examples in order.
   *
   * @throws org.tune4j.engine.DataException if rows make none and are not to be skipped
   */
  public List<Example> all() {
    List<Example> all =
        IntStream.range(0, size()).mapToObj(this::example).flatMap(Optional::stream).toList();
    bad.throwIfFailing();
    return all;
  }

  @Override
  public void close() {
    if (closesRows) {
      rows.close();
    }
  }
}
