package org.tune4j.engine.data;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tune4j.engine.tokenize.Encoding;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * The tokens that a tokenizer puts around a text, or around and between two, and to which of the
 * two each position belongs (its {@code token_type_ids}).
 */
final class TextFrame {
  private static final String SAMPLE = "a";

  private final int[] ids;
  private final int[] types;
  private final int front;
  private final int middle;
  private final int sample;
  private final boolean pair;

  private TextFrame(Encoding framed, int sample, boolean pair) {
    this.ids = framed.ids();
    this.types = framed.typeIds();
    this.sample = sample;
    this.pair = pair;
    int[] added = framed.specialTokensMask();
    int first = 0;
    while (first < ids.length && added[first] == 1) {
      first++;
    }
    int second = first + sample;
    while (second < ids.length && added[second] == 1) {
      second++;
    }
    this.front = first;
    this.middle = pair ? second : first;
  }

  /** That of one text. */
  static TextFrame ofOne(Tokenizer tokenizer) {
    return new TextFrame(
        tokenizer.encode(SAMPLE, true), tokenizer.encode(SAMPLE, false).length(), false);
  }

  /** That of two. */
  static TextFrame ofTwo(Tokenizer tokenizer) {
    return new TextFrame(
        tokenizer.encodePair(SAMPLE, SAMPLE, true), tokenizer.encode(SAMPLE, false).length(), true);
  }

  /** How many tokens are put around. */
  int added() {
    return ids.length - (pair ? 2 : 1) * sample;
  }

  /** How many of them stand before the first text. */
  int front() {
    return front;
  }

  /** The tokens with the frame around; of one text, {@code second} is empty. */
  int[] ids(int[] first, int[] second) {
    return framed(ids, first, second);
  }

  /** To which text each position belongs; empty if all belong to the first. */
  int[] segments(int firstLength, int secondLength) {
    int[] segments =
        framed(types, filled(firstLength, types[front]), filled(secondLength, types[middle]));
    return Arrays.stream(segments).allMatch(type -> type == 0) ? new int[0] : segments;
  }

  private static int[] filled(int length, int value) {
    return IntStream.generate(() -> value).limit(length).toArray();
  }

  private int[] framed(int[] frame, int[] first, int[] second) {
    int between = front + sample;
    return Stream.of(
            Arrays.copyOf(frame, front),
            first,
            pair ? Arrays.copyOfRange(frame, between, middle) : new int[0],
            second,
            Arrays.copyOfRange(frame, middle + sample, frame.length))
        .flatMapToInt(Arrays::stream)
        .toArray();
  }

  /**
   * How many tokens of two texts are kept: the longer one is cut first, as {@code longest_first} of
   * the tokenizers library does.
   *
   * @param room for both
   */
  static int[] kept(int first, int second, int room) {
    int shorter = Math.min(first, second);
    if (first + second <= room) {
      return new int[] {first, second};
    }
    int less = 2 * shorter <= room ? shorter : room / 2;
    int more = room - less;
    return first <= second ? new int[] {less, more} : new int[] {more, less};
  }
}
