package org.tune4j.engine.generate;

import java.util.Arrays;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * Turns tokens into text one by one, without special tokens. A character whose bytes are spread
 * over several tokens is held back until it is complete.
 *
 * <p>Some tokenizers write a token differently at the beginning of a text, so each piece is what
 * the decoded text gains when the token is added to those before it.
 */
public final class TextStream {
  /** As many tokens of the prompt as decide how the first new token is written. */
  private static final int CONTEXT = 5;

  /** At most so many more, where those begin within a character. */
  private static final int WIDER_CONTEXT = 16;

  private static final char REPLACEMENT = '\uFFFD';

  private final Tokenizer tokenizer;
  private int[] ids;
  private int length;

  /** Where the tokens begin that the next piece is decoded with. */
  private int start;

  /** How many tokens have become text. */
  private int read;

  /** The text of the tokens between. */
  private String told;

  /**
   * A stream of text that continues a prompt.
   *
   * @param prompt the tokens before, which may be none
   */
  public TextStream(Tokenizer tokenizer, int[] prompt) {
    this.tokenizer = tokenizer;
    int from = contextStart(prompt);
    this.ids = Arrays.copyOfRange(prompt, from, prompt.length + 16);
    this.length = prompt.length - from;
    this.read = length;
    this.told = decode();
  }

  private int contextStart(int[] prompt) {
    int from = Math.max(0, prompt.length - CONTEXT);
    int least = Math.max(0, from - WIDER_CONTEXT);
    while (from > least
        && tokenizer
            .decode(Arrays.copyOfRange(prompt, from, prompt.length), true)
            .startsWith(String.valueOf(REPLACEMENT))) {
      from--;
    }
    return from;
  }

  /** Takes a token: the text that is complete now and was not before; may be empty. */
  public String add(int id) {
    if (length == ids.length) {
      ids = Arrays.copyOf(ids, 2 * length);
    }
    ids[length++] = id;
    String text = decode();
    boolean complete = !text.isEmpty() && text.charAt(text.length() - 1) != REPLACEMENT;
    String piece = complete ? beyondTold(text) : "";
    if (!piece.isEmpty()) {
      start = read;
      read = length;
      told = decode();
    }
    return piece;
  }

  /** The end: what was held back, incomplete characters as U+FFFD. */
  public String end() {
    String text = decode();
    String piece = beyondTold(text);
    told = text;
    return piece;
  }

  private String beyondTold(String text) {
    int common = told.length();
    if (!text.startsWith(told)) {
      // The prompt ended within a character, which has become another one since.
      while (common > 0 && told.charAt(common - 1) == REPLACEMENT) {
        common--;
      }
    }
    return text.length() > common ? text.substring(common) : "";
  }

  private String decode() {
    return tokenizer.decode(Arrays.copyOfRange(ids, start, length), true);
  }
}
