package org.tune4j.eval.robustness;

/** Chinese characters. */
final class Han {
  private Han() {}

  static boolean isIn(String word) {
    return word.codePoints().anyMatch(Character::isIdeographic);
  }
}
