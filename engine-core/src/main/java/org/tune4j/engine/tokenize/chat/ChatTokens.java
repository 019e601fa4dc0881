package org.tune4j.engine.tokenize.chat;

import java.util.Arrays;
import org.tune4j.engine.tokenize.Encoding;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * A rendered chat in tokens. The tokenizer adds none of its own: the template wrote what belongs
 * there, BOS included.
 */
public final class ChatTokens {
  private final int[] ids;
  private final int[] starts;
  private final int[] ends;
  private int count;

  private ChatTokens(int capacity) {
    ids = new int[capacity];
    starts = new int[capacity];
    ends = new int[capacity];
  }

  /**
   * Tokenizes a chat.
   *
   * @param splitSpecialTokens whether the name of a control token is ordinary text where the
   *     template did not write it
   */
  public static ChatTokens of(Tokenizer tokenizer, RenderedChat chat, boolean splitSpecialTokens) {
    Encoding encoding = tokenizer.encode(chat.text(), false);
    ChatTokens tokens = new ChatTokens(Math.max(encoding.length(), chat.text().length() * 4));
    if (!splitSpecialTokens) {
      tokens.add(encoding, 0, encoding.length(), 0);
      return tokens;
    }
    int from = 0;
    boolean spelled = false;
    for (int t = 0; t <= encoding.length(); t++) {
      boolean isEnd = t == encoding.length();
      boolean isControl = !isEnd && tokenizer.isControl(encoding.ids()[t]);
      boolean isOurs = isControl && chat.isOfTemplate(encoding.starts()[t], encoding.ends()[t]);
      spelled |= isControl && !isOurs;
      if (isOurs || isEnd) {
        if (spelled) {
          int start = from == 0 ? 0 : encoding.ends()[from - 1];
          int end = isEnd ? chat.text().length() : encoding.starts()[t];
          Encoding text = tokenizer.encodeText(chat.text().substring(start, end));
          tokens.add(text, 0, text.length(), start);
        } else {
          tokens.add(encoding, from, t, 0);
        }
        if (isOurs) {
          tokens.add(encoding, t, t + 1, 0);
        }
        from = t + 1;
        spelled = false;
      }
    }
    return tokens;
  }

  private void add(Encoding encoding, int from, int to, int shift) {
    for (int t = from; t < to; t++) {
      ids[count] = encoding.ids()[t];
      starts[count] = encoding.starts()[t] + shift;
      ends[count++] = encoding.ends()[t] + shift;
    }
  }

  /** Token ids, {@code [tokens]}. */
  public int[] ids() {
    return Arrays.copyOf(ids, count);
  }

  /** Number of tokens. */
  public int length() {
    return count;
  }

  /** Where a token begins in the text: index of a Java char. */
  public int start(int token) {
    return starts[token];
  }

  /** Behind a token's last char. */
  public int end(int token) {
    return ends[token];
  }
}
