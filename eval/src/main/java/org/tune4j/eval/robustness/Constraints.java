package org.tune4j.eval.robustness;

import java.util.Locale;
import java.util.Set;

/**
 * What an attack may not do. No word is changed twice, and no stop word at all; TextAttack's {@code
 * RepeatModification} and {@code StopwordModification}. Stop words are known in any case.
 *
 * @param shareOfWords most of a text's words that are changed, rounded up; 1 for all
 * @param words most words that are changed
 * @param wordLength shortest word that is changed, in letters; a Chinese character counts as two
 * @param edits greatest edit distance of the texts
 */
record Constraints(double shareOfWords, int words, int wordLength, int edits) {
  /** Only what holds for every attack. */
  static final Constraints NONE = new Constraints(1, Integer.MAX_VALUE, 1, Integer.MAX_VALUE);

  private static final Set<String> STOP_WORDS = WordLists.words("stopwords.txt");

  Constraints withShareOfWords(double most) {
    return new Constraints(most, words, wordLength, edits);
  }

  Constraints withWords(int most) {
    return new Constraints(shareOfWords, most, wordLength, edits);
  }

  Constraints withWordLength(int least) {
    return new Constraints(shareOfWords, words, least, edits);
  }

  Constraints withEdits(int most) {
    return new Constraints(shareOfWords, words, wordLength, most);
  }

  /** Whether a word may be changed. */
  boolean allowsChangeOf(int word, AttackedText current, AttackedText original) {
    String text = current.words().get(word);
    return !current.differs(original, word)
        && length(text) >= wordLength
        && !STOP_WORDS.contains(text.toLowerCase(Locale.ROOT));
  }

  private static int length(String word) {
    return word.codePoints().map(letter -> Character.isIdeographic(letter) ? 2 : 1).sum();
  }

  /** Whether a text may come of the original. */
  boolean allow(AttackedText changed, AttackedText original) {
    int count = changed.changed(original);
    return count <= words
        && count <= Math.ceil(original.words().size() * shareOfWords)
        && (edits == Integer.MAX_VALUE
            || Levenshtein.distance(original.text(), changed.text()) <= edits);
  }
}
