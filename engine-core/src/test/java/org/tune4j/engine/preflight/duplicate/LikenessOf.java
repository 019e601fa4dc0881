package org.tune4j.engine.preflight.duplicate;

import java.util.HashSet;
import java.util.Set;

/** Jaccard likeness from sets of texts, as the definition has it. */
final class LikenessOf {
  private LikenessOf() {}

  static Set<String> pieces(String text) {
    Set<String> pieces = new HashSet<>();
    for (int i = 0; i < text.length(); i++) {
      int end = i + (Character.isIdeographic(text.charAt(i)) ? 3 : 5);
      if (end <= text.length()) {
        pieces.add(text.substring(i, end));
      }
    }
    return pieces.isEmpty() && !text.isEmpty() ? Set.of(text) : pieces;
  }

  static double texts(String a, String b) {
    Set<String> common = pieces(a);
    Set<String> all = pieces(b);
    int sizes = common.size() + all.size();
    common.retainAll(all);
    return (double) common.size() / (sizes - common.size());
  }
}
