package org.tune4j.eval.robustness;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** The texts that come of a text by changing one of its words. */
@FunctionalInterface
interface Transformation {
  /**
   * Those of some words, in their order.
   *
   * @param words indices of words that may be changed
   * @param victim who may be asked for a gradient; null where none is needed
   */
  List<AttackedText> of(
      AttackedText text, List<Integer> words, Victim victim, SplittableRandom random);

  /** Each word made what a swap gives of it, whatever stands around it. */
  static Transformation of(WordSwap swap) {
    return (text, words, victim, random) -> {
      List<AttackedText> changed = new ArrayList<>();
      for (int word : words) {
        for (String replacement : swap.replacements(text.words().get(word), random)) {
          changed.add(text.with(word, replacement));
        }
      }
      return changed;
    };
  }
}
