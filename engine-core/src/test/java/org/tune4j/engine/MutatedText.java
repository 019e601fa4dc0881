package org.tune4j.engine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Damages files of text (JSON, YAML): bits and bytes here and there, and what an attacker would try
 * in place of a number, a text or a whole value.
 */
final class MutatedText {
  private static final byte[] MARKS =
      "{}[]\",:0123456789-+.eEtfn\\u \t\n\0\u007f&*!#|>%@`'".getBytes(StandardCharsets.UTF_8);

  private static final List<String> VALUES =
      List.of(
          "0",
          "-1",
          "1e999",
          "-1e999",
          "1e-999",
          "NaN",
          "2147483647",
          "2147483648",
          "4294967295",
          "9223372036854775808",
          "18446744073709551616",
          "1" + "0".repeat(400),
          "0.5",
          "1e9",
          "null",
          "true",
          "\"\"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "\"(a+)+$\"",
          "\"../../etc/passwd\"",
          "{}",
          "[]",
          "[[]]",
          "[null,{},1]",
          "{\"a\":{\"a\":1}}",
          "[".repeat(2000),
          "{\"a\":".repeat(1200),
          "\"" + "x".repeat(70_000) + "\"");

  private final SplittableRandom random;
  private byte[] text;

  private MutatedText(byte[] valid, long seed) {
    this.text = valid.clone();
    this.random = new SplittableRandom(seed);
  }

  /** The damaged file of that seed. */
  static byte[] of(byte[] valid, long seed) {
    MutatedText mutated = new MutatedText(valid, seed);
    for (int k = 1 + mutated.random.nextInt(3); k > 0; k--) {
      mutated.mutate();
    }
    return mutated.text;
  }

  private void mutate() {
    if (text.length == 0) {
      return;
    }
    int p = random.nextInt(text.length);
    int stop = Math.min(text.length, p + 1 + random.nextInt(32));
    switch (random.nextInt(9)) {
      case 0 -> text[p] ^= (byte) (1 << random.nextInt(8));
      case 1 -> text[p] = MARKS[random.nextInt(MARKS.length)];
      case 2 -> replace(p, stop, new byte[0]);
      case 3 -> replace(stop, stop, Arrays.copyOfRange(text, p, stop));
      case 4 -> text = Arrays.copyOf(text, random.nextInt(10) == 0 ? p : text.length);
      case 5 -> replace(p, p, value());
      default -> replaceToken();
    }
  }

  /** Puts something else in the place of a number, a text in quotes or a word. */
  private void replaceToken() {
    List<int[]> tokens = new ArrayList<>();
    for (int i = 0; i < text.length; i++) {
      int start = i;
      if (text[i] == '"') {
        i++;
        while (i < text.length && text[i] != '"') {
          i++;
        }
        tokens.add(new int[] {start, Math.min(text.length, i + 1)});
      } else if (isWord(text[i])) {
        while (i < text.length && isWord(text[i])) {
          i++;
        }
        tokens.add(new int[] {start, i});
        i--;
      }
    }
    if (!tokens.isEmpty()) {
      int[] token = tokens.get(random.nextInt(tokens.size()));
      int[] other = tokens.get(random.nextInt(tokens.size()));
      boolean swap = random.nextInt(4) == 0;
      replace(token[0], token[1], swap ? Arrays.copyOfRange(text, other[0], other[1]) : value());
    }
  }

  private static boolean isWord(byte b) {
    return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b == '-' || b == '.' || b == '_';
  }

  private byte[] value() {
    return VALUES.get(random.nextInt(VALUES.size())).getBytes(StandardCharsets.UTF_8);
  }

  private void replace(int from, int to, byte[] by) {
    byte[] made = new byte[text.length - (to - from) + by.length];
    System.arraycopy(text, 0, made, 0, from);
    System.arraycopy(by, 0, made, from, by.length);
    System.arraycopy(text, to, made, from + by.length, text.length - to);
    text = made;
  }
}
