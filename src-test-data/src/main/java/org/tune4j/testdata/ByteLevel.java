package org.tune4j.testdata;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * GPT-2's byte-level pre-tokenizer: splits a text by GPT-2's expression and writes each byte as one
 * printable character. The same as {@code ByteLevel(add_prefix_space=false, use_regex=true)} of the
 * Hugging Face tokenizers.
 */
final class ByteLevel {
  private static final Pattern SPLIT =
      Pattern.compile(
          "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
          Pattern.UNICODE_CHARACTER_CLASS);

  private static final char[] CHARACTERS = characters();

  private ByteLevel() {}

  /** The words of a text, each byte as its character. */
  static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    Matcher matcher = SPLIT.matcher(text);
    while (matcher.find()) {
      words.add(encode(matcher.group()));
    }
    return words;
  }

  /** The UTF-8 bytes of a text, each as its character. */
  static String encode(String text) {
    StringBuilder characters = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      characters.append(CHARACTERS[b & 0xff]);
    }
    return characters.toString();
  }

  /** The bytes that the characters stand for. */
  static byte[] decode(String characters) {
    byte[] bytes = new byte[characters.length()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) byteOf(characters.charAt(i));
    }
    return bytes;
  }

  /** The characters of all 256 bytes in the order of their code points. */
  static List<String> alphabet() {
    List<String> alphabet = new ArrayList<>();
    new String(CHARACTERS).chars().sorted().forEach(c -> alphabet.add(Character.toString(c)));
    return alphabet;
  }

  /** Bytes that print stand for themselves, the others for U+0100 and up, in order. */
  private static char[] characters() {
    char[] characters = new char[256];
    char next = 0x100;
    for (int b = 0; b < 256; b++) {
      boolean prints = (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
      characters[b] = prints ? (char) b : next++;
    }
    return characters;
  }

  private static int byteOf(char character) {
    for (int b = 0; b < 256; b++) {
      if (CHARACTERS[b] == character) {
        return b;
      }
    }
    throw new IllegalArgumentException("'" + character + "' stands for no byte.");
  }
}
