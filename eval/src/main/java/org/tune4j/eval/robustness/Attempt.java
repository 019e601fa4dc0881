package org.tune4j.eval.robustness;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * One attack on one text.
 *
 * @param original the answer to the text as it was
 * @param victim what answers
 * @param random of this text alone
 */
record Attempt(
    Answer original,
    Victim victim,
    Transformation transformation,
    Constraints constraints,
    SplittableRandom random) {
  /** The words of a text that may be changed. */
  List<Integer> changeable(AttackedText current) {
    return IntStream.range(0, current.words().size())
        .filter(word -> constraints.allowsChangeOf(word, current, original.text()))
        .boxed()
        .toList();
  }

  /** What comes of a text by changing one of some words, as far as it is allowed. */
  List<AttackedText> candidates(AttackedText current, List<Integer> words) {
    List<Integer> allowed = changeable(current).stream().filter(words::contains).toList();
    return transformation.of(current, allowed, victim, random).stream()
        .filter(text -> constraints.allow(text, original.text()))
        .toList();
  }
}
