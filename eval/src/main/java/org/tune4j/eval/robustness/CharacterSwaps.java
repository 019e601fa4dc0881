package org.tune4j.eval.robustness;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One character of a word made another, as typing errors make it: TextAttack's {@code
 * WordSwapNeighboringCharacterSwap}, {@code WordSwapRandomCharacterSubstitution}, {@code
 * …Deletion}, {@code …Insertion} and {@code WordSwapQWERTY}. Characters are code points; a word of
 * one is left alone. In Chinese words characters are swapped and dropped, and none is drawn,
 * because no keyboard writes a random one.
 */
final class CharacterSwaps {
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

  private CharacterSwaps() {}

  /** Where in a word, of so many characters, something is changed. */
  @FunctionalInterface
  interface Places {
    /** Any one, drawn at random. */
    Places ONE = (first, end, random) -> new int[] {random.nextInt(first, end)};

    /** Each in turn. */
    Places ALL = (first, end, random) -> IntStream.range(first, end).toArray();

    /** Some places from {@code first} on and before {@code end}, which is behind it. */
    int[] of(int first, int end, SplittableRandom random);
  }

  /** Changes at a place; nothing where that is not possible. */
  @FunctionalInterface
  private interface Change {
    Stream<String> at(int[] characters, int place, SplittableRandom random);
  }

  /**
   * Two neighbours exchanged.
   *
   * @param edges whether the first and the last character may be touched; of Chinese words they may
   *     always
   */
  static WordSwap neighbours(Places places, boolean edges) {
    return swap(
        places,
        edges,
        1,
        (word, i, random) ->
            Stream.of(text(word, 0, i) + text(word, i + 1, i + 2) + text(word, i, i + 1))
                .map(changed -> changed + text(word, i + 2, word.length)));
  }

  /** One character made a random letter. */
  static WordSwap substitution(Places places, boolean edges) {
    return latin(
        swap(
            places,
            edges,
            0,
            (word, i, random) ->
                Stream.of(text(word, 0, i) + letter(random) + text(word, i + 1, word.length))));
  }

  /** One character left out. */
  static WordSwap deletion(Places places, boolean edges) {
    return swap(
        places,
        edges,
        0,
        (word, i, random) -> Stream.of(text(word, 0, i) + text(word, i + 1, word.length)));
  }

  /** A random letter before one character. */
  static WordSwap insertion(Places places, boolean edges) {
    return latin(
        swap(
            places,
            edges,
            0,
            (word, i, random) ->
                Stream.of(text(word, 0, i) + letter(random) + text(word, i, word.length))));
  }

  /** One character made that of a key beside its own. */
  static WordSwap keyboard(Places places, boolean edges) {
    return swap(
        places,
        edges,
        0,
        (word, i, random) ->
            Keyboard.around(word[i]).stream()
                .map(key -> text(word, 0, i) + key + text(word, i + 1, word.length)));
  }

  /**
   * @param reach further characters that a change touches
   */
  private static WordSwap swap(Places places, boolean edges, int reach, Change change) {
    return (word, random) -> {
      int[] characters = word.codePoints().toArray();
      int first = edges || Han.isIn(word) ? 0 : 1; // most Chinese words are two characters
      int end = characters.length - first - reach;
      if (characters.length < 2 || first >= end) {
        return List.of();
      }
      return Arrays.stream(places.of(first, end, random))
          .boxed()
          .flatMap(i -> change.at(characters, i, random))
          .filter(changed -> !changed.equals(word))
          .distinct()
          .toList();
    };
  }

  private static WordSwap latin(WordSwap swap) {
    return (word, random) -> Han.isIn(word) ? List.of() : swap.replacements(word, random);
  }

  /** What several give, one after the other. */
  static WordSwap all(WordSwap... swaps) {
    return (word, random) -> {
      List<String> words = new ArrayList<>();
      for (WordSwap swap : swaps) {
        words.addAll(swap.replacements(word, random));
      }
      return words.stream().distinct().toList();
    };
  }

  private static String letter(SplittableRandom random) {
    int at = random.nextInt(LETTERS.length());
    return LETTERS.substring(at, at + 1);
  }

  private static String text(int[] characters, int from, int to) {
    return new String(characters, from, to - from);
  }
}
