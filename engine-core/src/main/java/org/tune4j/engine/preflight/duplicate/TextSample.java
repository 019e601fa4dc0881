package org.tune4j.engine.preflight.duplicate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Different texts, as many as the limits allow. Which ones are kept is decided by their keys: with
 * each level half of those before. So the sample does not depend on the order of the texts.
 */
final class TextSample {
  /** Of a longer text only its beginning is kept. */
  static final int MOST_CHARACTERS = 20_000;

  /** A text that was kept. */
  record Entry(long key, long place, String text) {}

  private final int mostTexts;
  private final long mostCharacters;
  private final Places places;
  private final Map<Long, Entry> entries = new HashMap<>();
  private long characters;
  private int level;

  TextSample(int mostTexts, long mostCharacters, Places places) {
    this.mostTexts = mostTexts;
    this.mostCharacters = mostCharacters;
    this.places = places;
  }

  void add(long key, long place, String text) {
    if (text.isEmpty() || !isKept(key)) {
      return;
    }
    Entry known = entries.get(key);
    if (known == null) {
      String kept = text.length() > MOST_CHARACTERS ? text.substring(0, MOST_CHARACTERS) : text;
      entries.put(key, new Entry(key, place, kept));
      characters += kept.length();
      thin();
    } else if (places.compare(place, known.place) < 0) {
      entries.put(key, new Entry(key, place, known.text));
    }
  }

  private boolean isKept(long key) {
    return Long.numberOfTrailingZeros(key) >= level;
  }

  private void thin() {
    while (entries.size() > mostTexts || characters > mostCharacters) {
      level++;
      entries.keySet().removeIf(key -> !isKept(key));
      characters = entries.values().stream().mapToLong(entry -> entry.text.length()).sum();
    }
  }

  /** Whether there were more texts than are kept. */
  boolean isThinned() {
    return level > 0;
  }

  /** The texts in the order of their places. */
  List<Entry> entries() {
    List<Entry> sorted = new ArrayList<>(entries.values());
    sorted.sort((a, b) -> places.compare(a.place, b.place));
    return sorted;
  }
}
