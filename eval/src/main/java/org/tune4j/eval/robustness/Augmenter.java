package org.tune4j.eval.robustness;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.SplitMix64;

/**
 * Changes words of texts at random in the ways of attacks, without a classifier to go against:
 * TextAttack's {@code Augmenter}. What a classifier learns from rows together with these is hard to
 * attack in the same ways, and costs no query.
 */
public final class Augmenter {
  private final List<Attack> attacks;
  private final double shareOfWords;

  /**
   * An augmenter.
   *
   * @param attacks in whose ways words are changed; how many they may change does not matter
   * @param shareOfWords how many of a text's words are changed, rounded up, as far as there are
   *     that many that can be
   * @throws ConfigException if there is no attack, or one needs a gradient, or the share is not
   *     above 0 and at most 1
   */
  public Augmenter(List<Attack> attacks, double shareOfWords) {
    this.attacks = List.copyOf(attacks);
    this.shareOfWords = shareOfWords;
    if (attacks.isEmpty()) {
      throw new ConfigException("augmentation: wanted at least one attack, found none");
    }
    for (Attack attack : attacks) {
      if (attack.needsGradient()) {
        throw new ConfigException(
            "augmentation by " + attack.name() + ": it needs a classifier's gradient");
      }
    }
    if (!(shareOfWords > 0 && shareOfWords <= 1)) {
      throw new ConfigException(
          "augmentation: wanted a share of words above 0 and up to 1, found " + shareOfWords);
    }
  }

  /**
   * Of each row a changed copy by each attack. Depends on the rows, their order and the seed, and
   * on nothing else.
   *
   * @param copies how many by each attack
   * @return no text twice, and none of the rows'
   */
  public List<LabelledText> augment(List<LabelledText> rows, int copies, long seed) {
    Map<String, LabelledText> changed = new LinkedHashMap<>();
    long state = SplitMix64.next(seed);
    for (LabelledText row : rows) {
      AttackedText original = WordCutter.cut(row.text());
      for (Attack attack : attacks) {
        for (int copy = 0; copy < copies; copy++) {
          state += SplitMix64.GOLDEN_GAMMA;
          String text =
              changed(original, attack, new SplittableRandom(SplitMix64.mixed(state))).text();
          changed.putIfAbsent(text, new LabelledText(row.where(), text, row.label()));
        }
      }
    }
    rows.forEach(row -> changed.remove(row.text()));
    return List.copyOf(changed.values());
  }

  private AttackedText changed(AttackedText original, Attack attack, SplittableRandom random) {
    AttackedText current = original;
    double left = Math.ceil(original.words().size() * shareOfWords);
    for (int word : shuffled(original.words().size(), random)) {
      List<AttackedText> candidates =
          left > 0 ? attack.changesOf(word, current, original, random) : List.of();
      if (!candidates.isEmpty()) {
        current = candidates.get(random.nextInt(candidates.size()));
        left--;
      }
    }
    return current;
  }

  /** Each number put at a random place among those before it. */
  private static List<Integer> shuffled(int count, SplittableRandom random) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      order.add(random.nextInt(i + 1), i);
    }
    return order;
  }
}
