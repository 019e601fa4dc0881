package org.tune4j.engine.data.source;

import java.util.Objects;
import org.tune4j.engine.DataException;

/** Rows that are JSON objects in a text of lines, found by an index of their starts. */
final class IndexedRows implements RowTable {
  private final ByteStore store;
  private final LineIndex index;
  private final SourceNames sources;
  private final int maxBytes;

  /**
   * A table.
   *
   * @param maxBytes most bytes of a row, its line end included
   */
  IndexedRows(ByteStore store, LineIndex index, SourceNames sources, int maxBytes) {
    this.store = store;
    this.index = index;
    this.sources = sources;
    this.maxBytes = maxBytes;
  }

  @Override
  public int size() {
    return index.size();
  }

  @Override
  public Row row(int row) {
    Objects.checkIndex(row, index.size());
    LineIndex.Place place = index.place(row);
    long next = row + 1 < index.size() ? index.place(row + 1).start() : store.size();
    // Up to the next row there may be lines that are no rows, blank or too long ones.
    byte[] bytes = store.read(place.start(), (int) Math.min(next - place.start(), maxBytes));
    int newline = Newlines.find(bytes, 0, bytes.length);
    int end = newline < 0 ? bytes.length : newline;
    String source = sources.name(row);
    try {
      return new Row(StrictJson.row(RowBytes.text(bytes, 0, end)), source, place.line());
    } catch (DataException e) {
      throw new BadRowException(source, place.line(), e);
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
