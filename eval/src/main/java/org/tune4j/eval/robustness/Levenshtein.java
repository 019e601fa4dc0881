package org.tune4j.eval.robustness;

import java.util.Arrays;

/** How many characters are put in, left out or replaced between two texts, at least. */
final class Levenshtein {
  private Levenshtein() {}

  static int distance(String from, String to) {
    int[] a = from.codePoints().toArray();
    int[] b = to.codePoints().toArray();
    int[] above = new int[b.length + 1];
    Arrays.setAll(above, j -> j);
    for (int i = 1; i <= a.length; i++) {
      int[] row = new int[b.length + 1];
      row[0] = i;
      for (int j = 1; j <= b.length; j++) {
        int replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[b.length];
  }
}
