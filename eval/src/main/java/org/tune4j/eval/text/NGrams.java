package org.tune4j.eval.text;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts of n-grams. */
public final class NGrams {
  private NGrams() {}

  /** How often each run of {@code n} tokens occurs. */
  public static Map<List<String>, Integer> count(List<String> tokens, int n) {
    Map<List<String>, Integer> counts = new HashMap<>();
    for (int i = 0; i + n <= tokens.size(); i++) {
      counts.merge(tokens.subList(i, i + n), 1, Integer::sum);
    }
    return counts;
  }

  /** How many n-grams two texts share, each counted as often as it occurs in both. */
  public static int shared(Map<List<String>, Integer> one, Map<List<String>, Integer> other) {
    int shared = 0;
    for (Map.Entry<List<String>, Integer> gram : one.entrySet()) {
      shared += Math.min(gram.getValue(), other.getOrDefault(gram.getKey(), 0));
    }
    return shared;
  }

  /** How many n-grams were counted. */
  public static int total(Map<List<String>, Integer> counts) {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }
}
