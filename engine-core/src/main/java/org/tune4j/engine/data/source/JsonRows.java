package org.tune4j.engine.data.source;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Rows that are JSON objects, each cut out of its file; blank ones are passed over. */
final class JsonRows implements RowReader {
  private final Cuts cuts;

  JsonRows(Cuts cuts) {
    this.cuts = cuts;
  }

  @Override
  public boolean advance() {
    while (cuts.next()) {
      if (!cuts.bytes().isBlank()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public long line() {
    return cuts.line();
  }

  @Override
  public ObjectNode columns() {
    return StrictJson.row(cuts.bytes().text());
  }

  @Override
  public void close() {
    cuts.close();
  }
}
