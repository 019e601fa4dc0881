package org.tune4j.eval.robustness;

import java.util.List;
import java.util.SplittableRandom;

/** What a word may become, none of it the word itself. */
@FunctionalInterface
interface WordSwap {
  /**
   * The replacements of a word, in an order that nothing but the word and the random numbers
   * decide.
   */
  List<String> replacements(String word, SplittableRandom random);
}
