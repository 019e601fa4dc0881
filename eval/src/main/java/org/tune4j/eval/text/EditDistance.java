package org.tune4j.eval.text;

import java.util.Arrays;
import java.util.List;

/**
 * Edit distances of texts to one reference, within a band around the diagonal, with the edits
 * themselves. The band makes memory linear in the length of a text.
 */
final class EditDistance {
  private static final int BAND = 25;
  private static final int INFINITE = 1 << 29;
  private static final byte SAME = 0;
  private static final byte REPLACED = 1;
  private static final byte SUPERFLUOUS = 2;
  private static final byte MISSING = 3;

  private final List<String> reference;
  private final int columns;

  EditDistance(List<String> reference) {
    this.reference = reference;
    this.columns = reference.size() + 1;
  }

  /** A row of the table, {@code first} being the column where its band starts. */
  private record Row(int first, int[] cost, byte[] edit) {
    int cost(int column) {
      int at = column - first;
      return at >= 0 && at < cost.length ? cost[at] : INFINITE;
    }
  }

  /** The table of one text. */
  final class Table {
    private final List<String> words;
    private final Row[] rows;

    private Table(List<String> words) {
      this.words = words;
      this.rows = new Row[words.size() + 1];
    }

    int distance() {
      return rows[words.size()].cost(columns - 1);
    }

    TranslationEdits.Alignment alignment() {
      int[] hypothesis = new int[reference.size()];
      boolean[] wrongInReference = new boolean[reference.size()];
      boolean[] wrongInHypothesis = new boolean[words.size()];
      int word = words.size();
      int column = columns - 1;
      while (word > 0 || column > 0) {
        Row row = rows[word];
        byte edit = row.edit[column - row.first];
        if (edit != MISSING) {
          word--;
          wrongInHypothesis[word] = edit != SAME;
        }
        if (edit != SUPERFLUOUS) {
          column--;
          wrongInReference[column] = edit != SAME;
          // where the word is missing, the one before stands for it
          hypothesis[column] = edit == MISSING ? word - 1 : word;
        }
      }
      return new TranslationEdits.Alignment(hypothesis, wrongInReference, wrongInHypothesis);
    }
  }

  Table of(List<String> words) {
    return of(words, null);
  }

  /** The table of a text that is as long as another one; rows that both share are taken over. */
  Table of(List<String> words, Table like) {
    Table table = new Table(words);
    int known = 0;
    if (like != null) {
      table.rows[0] = like.rows[0];
      while (known < words.size() && words.get(known).equals(like.words.get(known))) {
        known++;
        table.rows[known] = like.rows[known];
      }
    } else {
      table.rows[0] = allMissing();
    }
    for (int row = known + 1; row <= words.size(); row++) {
      table.rows[row] = row(words, row, table.rows[row - 1]);
    }
    return table;
  }

  private Row allMissing() {
    int[] cost = new int[columns];
    byte[] edit = new byte[columns];
    Arrays.setAll(cost, column -> column);
    Arrays.fill(edit, MISSING);
    return new Row(0, cost, edit);
  }

  private Row row(List<String> words, int row, Row above) {
    double ratio = (double) reference.size() / words.size();
    // where lengths differ much, bands of neighbouring rows must still touch
    int band = BAND < ratio / 2 ? (int) Math.ceil(ratio / 2 + BAND) : BAND;
    int diagonal = (int) Math.floor(row * ratio);
    int first = Math.max(0, diagonal - band);
    int end = row == words.size() ? columns : Math.min(columns, diagonal + band);
    int[] cost = new int[end - first];
    byte[] edit = new byte[end - first];
    String word = words.get(row - 1);
    for (int column = first; column < end; column++) {
      int at = column - first;
      if (column == 0) {
        cost[at] = above.cost(0) + 1;
        edit[at] = SUPERFLUOUS;
        continue;
      }
      boolean same = word.equals(reference.get(column - 1));
      cost[at] = above.cost(column - 1) + (same ? 0 : 1);
      edit[at] = same ? SAME : REPLACED;
      int superfluous = above.cost(column) + 1;
      if (superfluous < cost[at]) {
        cost[at] = superfluous;
        edit[at] = SUPERFLUOUS;
      }
      int missing = at > 0 ? cost[at - 1] + 1 : INFINITE;
      if (missing < cost[at]) {
        cost[at] = missing;
        edit[at] = MISSING;
      }
    }
    return new Row(first, cost, edit);
  }
}
