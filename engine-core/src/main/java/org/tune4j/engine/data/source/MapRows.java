package org.tune4j.engine.data.source;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.Stream;

/** One pass over maps; the line is the number of the map. */
final class MapRows implements RowReader {
  private final Stream<? extends Map<String, ?>> stream;
  private final Iterator<? extends Map<String, ?>> maps;
  private Map<String, ?> map;
  private long number;

  MapRows(Stream<? extends Map<String, ?>> stream) {
    this.stream = stream;
    this.maps = stream.iterator();
  }

  @Override
  public boolean advance() {
    if (!maps.hasNext()) {
      return false;
    }
    map = maps.next();
    number++;
    return true;
  }

  @Override
  public long line() {
    return number;
  }

  @Override
  public ObjectNode columns() {
    return JsonValues.row(map);
  }

  @Override
  public void close() {
    stream.close();
  }
}
