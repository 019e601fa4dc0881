package org.tune4j.eval.robustness;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Words and characters made others that sound or look like them. */
final class GroupSwaps {
  private GroupSwaps() {}

  /** English words that sound the same; Chinese characters that do, one of them at a time. */
  static WordSwap homophones() {
    Map<String, List<String>> words = WordLists.groups("homophones_en.txt");
    Map<String, List<String>> characters = WordLists.groups("homophones_zh.txt");
    return (word, random) ->
        Han.isIn(word)
            ? byCharacter(word, characters)
            : words.getOrDefault(word.toLowerCase(Locale.ROOT), List.of()).stream()
                .map(other -> LetterCase.of(word, other))
                .toList();
  }

  /** Letters of other scripts and Chinese characters that look the same, one at a time. */
  static WordSwap lookalikes() {
    Map<String, List<String>> characters = WordLists.groups("lookalikes.txt");
    return (word, random) -> byCharacter(word, characters);
  }

  private static List<String> byCharacter(String word, Map<String, List<String>> others) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < word.length(); i = word.offsetByCodePoints(i, 1)) {
      int end = word.offsetByCodePoints(i, 1);
      for (String other : others.getOrDefault(word.substring(i, end), List.of())) {
        words.add(word.substring(0, i) + other + word.substring(end));
      }
    }
    return words;
  }
}
