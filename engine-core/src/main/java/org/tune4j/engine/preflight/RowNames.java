package org.tune4j.engine.preflight;

import org.tune4j.engine.preflight.duplicate.RowGroups;

/** Groups of rows in words. */
final class RowNames {
  private RowNames() {}

  /** The largest group: how many rows, and where the first of them stand. */
  static String largest(RowGroups groups) {
    RowGroups.Group largest = groups.largest().get(0);
    return "%s times (%s%s)"
        .formatted(
            Figures.whole(largest.rows()),
            String.join(", ", largest.first()),
            largest.rows() > largest.first().size() ? ", …" : "");
  }
}
