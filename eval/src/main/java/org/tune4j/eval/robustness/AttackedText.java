package org.tune4j.eval.robustness;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A text as attacks see it: words, and what stands around them. Word {@code i} stays word {@code i}
 * whatever it becomes, so that a perturbed text is compared with the original word by word.
 *
 * @param words that may be changed
 * @param gaps one more than words: what stands before the first, between two, and behind the last
 */
record AttackedText(List<String> words, List<String> gaps) {
  AttackedText {
    words = List.copyOf(words);
    gaps = List.copyOf(gaps);
  }

  /** The whole text. */
  String text() {
    StringBuilder text = new StringBuilder(gaps.get(0));
    for (int i = 0; i < words.size(); i++) {
      text.append(words.get(i)).append(gaps.get(i + 1));
    }
    return text.toString();
  }

  /** Where a word begins in the text. */
  int start(int word) {
    int start = gaps.get(0).length();
    for (int i = 0; i < word; i++) {
      start += words.get(i).length() + gaps.get(i + 1).length();
    }
    return start;
  }

  /** The same with another word in that place. */
  AttackedText with(int word, String replacement) {
    List<String> replaced = new ArrayList<>(words);
    replaced.set(word, replacement);
    return new AttackedText(replaced, gaps);
  }

  /** The text without a word and without the space before it, behind it where it is the first. */
  String without(int word) {
    List<String> kept = new ArrayList<>(words);
    kept.set(word, "");
    List<String> around = new ArrayList<>(gaps);
    String before = around.get(word);
    if (word == 0 && around.get(1).startsWith(" ")) {
      around.set(1, around.get(1).substring(1));
    } else if (word > 0 && before.endsWith(" ")) {
      around.set(word, before.substring(0, before.length() - 1));
    }
    return new AttackedText(kept, around).text();
  }

  /** Whether a word is another than in the original. */
  boolean differs(AttackedText original, int word) {
    return !words.get(word).equals(original.words.get(word));
  }

  /** How many words are others than in the original. */
  int changed(AttackedText original) {
    return (int) IntStream.range(0, words.size()).filter(i -> differs(original, i)).count();
  }
}
