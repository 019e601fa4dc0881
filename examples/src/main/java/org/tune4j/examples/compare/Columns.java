package org.tune4j.examples.compare;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A Markdown table that reads well as text too. */
final class Columns {
  private Columns() {}

  /**
   * Cells in line.
   *
   * @param cells lines of as many cells each, the first of which is the head; no cell holds a bar
   */
  static String markdown(List<List<String>> cells) {
    int[] widths =
        IntStream.range(0, cells.get(0).size())
            .map(column -> cells.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
            .toArray();
    StringBuilder text = new StringBuilder(line(cells.get(0), widths));
    text.append(
        IntStream.of(widths)
            .mapToObj("-"::repeat)
            .collect(Collectors.joining("-|-", "|-", "-|\n")));
    cells.subList(1, cells.size()).forEach(row -> text.append(line(row, widths)));
    return text.toString();
  }

  private static String line(List<String> row, int[] widths) {
    return IntStream.range(0, row.size())
        .mapToObj(column -> row.get(column) + " ".repeat(widths[column] - row.get(column).length()))
        .collect(Collectors.joining(" | ", "| ", " |\n"));
  }
}
