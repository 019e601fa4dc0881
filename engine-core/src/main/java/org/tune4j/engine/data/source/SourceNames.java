package org.tune4j.engine.data.source;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Which rows of a table come from which source: a name and the row from which on it holds. */
final class SourceNames {
  private final List<String> names = new ArrayList<>();
  private int[] firstRows = new int[4];

  /** To be called for each row in turn. */
  void add(int row, String name) {
    int count = names.size();
    if (count > 0 && names.get(count - 1).equals(name)) {
      return;
    }
    if (count == firstRows.length) {
      firstRows = Arrays.copyOf(firstRows, 2 * count);
    }
    firstRows[count] = row;
    names.add(name);
  }

  String name(int row) {
    int found = Arrays.binarySearch(firstRows, 0, names.size(), row);
    return names.get(found >= 0 ? found : -found - 2);
  }
}
