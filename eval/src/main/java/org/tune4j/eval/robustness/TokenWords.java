package org.tune4j.eval.robustness;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * The words of a vocabulary that are one token, as the tokenizer writes them behind a space and
 * without one.
 */
final class TokenWords {
  /** How byte-level vocabularies and those of SentencePiece spell the space before a word. */
  private static final String SPACES = "\u0120\u2581";

  private static final int NONE = -1;

  private final List<String> words;
  private final int[] inner;
  private final int[] initial;
  private final BitSet initialIds;

  private TokenWords(Map<String, int[]> ids, BitSet initialIds) {
    this.words = List.copyOf(ids.keySet());
    this.inner = ids.values().stream().mapToInt(each -> each[0]).toArray();
    this.initial = ids.values().stream().mapToInt(each -> each[1]).toArray();
    this.initialIds = initialIds;
  }

  /**
   * Those of a tokenizer.
   *
   * @param embedded how many tokens the model has vectors of
   */
  static TokenWords of(Tokenizer tokenizer, int embedded) {
    Map<String, int[]> ids = new LinkedHashMap<>();
    BitSet initialIds = new BitSet();
    for (int id = 0; id < Math.min(embedded, tokenizer.vocabularySize()); id++) {
      String word = tokenizer.decode(new int[] {id}, true).strip();
      if (!word.isEmpty() && !tokenizer.isUnknown(id)) { // of an id without a token it is empty
        boolean initial = SPACES.indexOf(tokenizer.tokenOf(id).charAt(0)) >= 0;
        initialIds.set(id, initial);
        if (WordCutter.isOneWord(word) && word.codePoints().anyMatch(Character::isLetter)) {
          ids.computeIfAbsent(word, unused -> new int[] {NONE, NONE})[initial ? 1 : 0] = id;
        }
      }
    }
    return new TokenWords(ids, initialIds);
  }

  List<String> words() {
    return words;
  }

  /**
   * {@code [words]}, the token of each; -1 where there is none.
   *
   * @param initialOnes behind a space
   */
  int[] ids(boolean initialOnes) {
    return initialOnes ? initial : inner;
  }

  /** Whether a token begins with a space. */
  boolean isInitial(int id) {
    return initialIds.get(id);
  }
}
