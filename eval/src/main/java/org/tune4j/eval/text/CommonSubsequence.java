package org.tune4j.eval.text;

import java.util.BitSet;
import java.util.List;

/** Longest common subsequences of two lists of tokens. */
public final class CommonSubsequence {
  private CommonSubsequence() {}

  /** The length of the longest one. Memory grows with the shorter list alone. */
  public static int length(List<String> one, List<String> other) {
    if (one.size() < other.size()) {
      return length(other, one);
    }
    int[] row = new int[other.size() + 1];
    for (String token : one) {
      int diagonal = 0;
      for (int j = 1; j < row.length; j++) {
        int above = row[j];
        row[j] = token.equals(other.get(j - 1)) ? diagonal + 1 : Math.max(above, row[j - 1]);
        diagonal = above;
      }
    }
    return row[other.size()];
  }

  /**
   * The places in {@code reference} of one longest common subsequence. Of several it is the one
   * that ROUGE's reference implementation takes, on which ROUGE-Lsum depends.
   */
  public static BitSet places(List<String> reference, List<String> candidate) {
    // one bit a cell: whether the way back goes along the candidate
    BitSet[] along = new BitSet[reference.size() + 1];
    int[] row = new int[candidate.size() + 1];
    for (int i = 1; i <= reference.size(); i++) {
      along[i] = new BitSet(row.length);
      String token = reference.get(i - 1);
      int diagonal = 0;
      for (int j = 1; j < row.length; j++) {
        int above = row[j];
        along[i].set(j, row[j - 1] > above);
        row[j] = token.equals(candidate.get(j - 1)) ? diagonal + 1 : Math.max(above, row[j - 1]);
        diagonal = above;
      }
    }
    BitSet places = new BitSet(reference.size());
    int i = reference.size();
    int j = candidate.size();
    while (i > 0 && j > 0) {
      if (reference.get(i - 1).equals(candidate.get(j - 1))) {
        places.set(i - 1);
        i--;
        j--;
      } else if (along[i].get(j)) {
        j--;
      } else {
        i--;
      }
    }
    return places;
  }
}
