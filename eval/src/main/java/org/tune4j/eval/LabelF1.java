package org.tune4j.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** F1 of labels, and of the entities that tags name. */
final class LabelF1 {
  private final long[] right;
  private final long[] said;
  private final long[] wanted;

  LabelF1(int labels) {
    this.right = new long[labels];
    this.said = new long[labels];
    this.wanted = new long[labels];
  }

  /** Counts what was wanted of one text, and what was said. */
  void add(List<Integer> wantedLabels, List<Integer> saidLabels) {
    wantedLabels.forEach(label -> wanted[label]++);
    saidLabels.forEach(label -> said[label]++);
    saidLabels.stream().filter(wantedLabels::contains).forEach(label -> right[label]++);
  }

  /** The mean over all labels that occur, as scikit-learn has it; 0 of one that is never right. */
  double macro() {
    return IntStream.range(0, right.length)
        .filter(label -> said[label] + wanted[label] > 0)
        .mapToDouble(label -> f1(right[label], said[label], wanted[label]))
        .average()
        .orElse(0);
  }

  /** Of all labels together. */
  double micro() {
    return f1(Arrays.stream(right).sum(), Arrays.stream(said).sum(), Arrays.stream(wanted).sum());
  }

  /** 0 where there is nothing. */
  static double f1(long right, long said, long wanted) {
    return said + wanted == 0 ? 0 : 2.0 * right / (said + wanted);
  }

  /**
   * An entity.
   *
   * @param from its first word
   * @param to its last word
   */
  record Entity(String type, int from, int to) {}

  /** Entities of tags {@code B-X}, {@code I-X}, {@code O}, as seqeval's default mode reads them. */
  static Set<Entity> entities(List<String> tags) {
    Set<Entity> entities = new HashSet<>();
    String type = "";
    int from = 0;
    List<String> all = new ArrayList<>(tags);
    all.add("O");
    for (int i = 0; i < all.size(); i++) {
      String tag = all.get(i);
      String now = tag.equals("O") ? "" : tag.substring(tag.indexOf('-') + 1);
      boolean begins = !now.equals(type) || tag.startsWith("B-");
      if (begins && !type.isEmpty()) {
        entities.add(new Entity(type, from, i - 1));
      }
      if (begins) {
        type = now;
        from = i;
      }
    }
    return entities;
  }
}
