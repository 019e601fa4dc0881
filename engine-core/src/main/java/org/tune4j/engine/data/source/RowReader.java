package org.tune4j.engine.data.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.tune4j.engine.DataException;

/** One pass over the rows of a source, row by row: what a new kind of source implements. */
public interface RowReader extends AutoCloseable {
  /**
   * Moves to the next row, also if that one cannot be used.
   *
   * @return false at the end
   * @throws DataException if no further row can be told apart
   */
  boolean advance();

  /** Where the row begins: its line, or its number where there are no lines; from 1. */
  long line();

  /**
   * The columns of the row.
   *
   * @throws DataException if this row cannot be used; names the column, but not source and line
   */
  ObjectNode columns();

  @Override
  void close();

  /**
   * The rows as a stream that closes this reader.
   *
   * @param source what the rows say that they come from
   * @param bad is told of rows that cannot be used
   */
  default Stream<Row> stream(String source, BadRows bad) {
    Iterator<Row> rows =
        new Iterator<>() {
          private Row next;
          private boolean ended;

          @Override
          public boolean hasNext() {
            while (next == null && !ended) {
              if (advance()) {
                next = usable();
              } else {
                ended = true;
              }
            }
            return next != null;
          }

          /** The row, or null for a bad one. */
          private Row usable() {
            try {
              return new Row(columns(), source, line());
            } catch (DataException e) {
              bad.add(source, line(), e.getMessage());
              return null;
            }
          }

          @Override
          public Row next() {
            if (!hasNext()) {
              throw new NoSuchElementException();
            }
            Row row = next;
            next = null;
            return row;
          }
        };
    int traits = Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE;
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(rows, traits), false)
        .onClose(this::close);
  }
}
