package org.tune4j.eval.robustness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The lists among this package's resources: a line a group of words, {@code #} before remarks. */
final class WordLists {
  private WordLists() {}

  /** Each word with the others of all groups that it is in, in their order. */
  static Map<String, List<String>> groups(String name) {
    Map<String, List<String>> others = new LinkedHashMap<>();
    for (List<String> group : lines(name)) {
      for (String word : group) {
        List<String> known = others.computeIfAbsent(word, unused -> new ArrayList<>());
        group.stream()
            .filter(other -> !other.equals(word) && !known.contains(other))
            .forEach(known::add);
      }
    }
    return others;
  }

  /** The words of all lines. */
  static Set<String> words(String name) {
    Set<String> words = new HashSet<>();
    lines(name).forEach(words::addAll);
    return words;
  }

  /** The words of each line. */
  static List<List<String>> lines(String name) {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                WordLists.class.getResourceAsStream(name), StandardCharsets.UTF_8))) {
      return reader
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(line -> List.of(line.strip().split("\\s+")))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
