package org.tune4j.examples.cli;

import java.util.ArrayList;
import java.util.List;

/** Cells in columns that a person reads. */
final class TextTable {
  private TextTable() {}

  /**
   * A line a row.
   *
   * @param cells rows of as many columns each
   * @param left how many columns begin in line; the others end in line
   */
  static List<String> aligned(List<List<String>> cells, int left) {
    int columns = cells.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : cells) {
      for (int column = 0; column < columns; column++) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : cells) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < columns; column++) {
        String padding = " ".repeat(widths[column] - row.get(column).length());
        line.append(column < left ? row.get(column) + padding : padding + row.get(column))
            .append("  ");
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }
}
