package org.tune4j.examples.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.source.BadRows;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.Row;
import org.tune4j.engine.tokenize.Tokenizer;

/** Prompts of equal length, made of rows with question and answer. */
final class BenchPrompts {
  private BenchPrompts() {}

  /**
   * Question and answer of as many rows as one prompt needs, cut to length.
   *
   * @throws ConfigException if there are too few rows
   */
  static List<int[]> of(Path data, Tokenizer tokenizer, int count, int tokens) {
    try (Stream<Row> rows = new DataFiles().open(data).rows(new BadRows(BadRows.Policy.SKIP))) {
      Iterator<Row> each = rows.iterator();
      List<int[]> prompts = new ArrayList<>();
      while (prompts.size() < count) {
        int[] ids = new int[0];
        while (ids.length < tokens) {
          if (!each.hasNext()) {
            throw new ConfigException(data + ": too few rows for " + count + " prompts");
          }
          Row row = each.next();
          String text = text(row, "question") + "\n" + text(row, "answer") + "\n";
          int[] more = tokenizer.encode(text, false).ids();
          int from = ids.length;
          ids = Arrays.copyOf(ids, from + more.length);
          System.arraycopy(more, 0, ids, from, more.length);
        }
        prompts.add(Arrays.copyOf(ids, tokens));
      }
      return prompts;
    }
  }

  private static String text(Row row, String column) {
    return row.columns().path(column).asText();
  }
}
