package org.tune4j.engine.preflight.duplicate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Files and lines as numbers of 64 bits. */
final class Places {
  private static final int LINE_BITS = 40;
  private static final long LINE = (1L << LINE_BITS) - 1;

  private final Map<String, Long> numbers = new HashMap<>();
  private final List<String> files = new ArrayList<>();

  long of(String file, long line) {
    Long number = numbers.get(file);
    if (number == null) {
      number = (long) files.size();
      numbers.put(file, number);
      files.add(file);
    }
    return number << LINE_BITS | line & LINE;
  }

  /** File and line in words. */
  String where(long place) {
    return file(place) + ":" + (place & LINE);
  }

  /** By name of the file, then by line: an order that does not depend on who came first. */
  int compare(long a, long b) {
    int byFile = a >>> LINE_BITS == b >>> LINE_BITS ? 0 : file(a).compareTo(file(b));
    return byFile == 0 ? Long.compare(a & LINE, b & LINE) : byFile;
  }

  private String file(long place) {
    return files.get((int) (place >>> LINE_BITS));
  }
}
