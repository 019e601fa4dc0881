package org.tune4j.engine.tokenize.chat;

import java.util.stream.IntStream;
import org.tune4j.engine.tokenize.TokenPlaces;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * A rendered chat in tokens. The tokenizer adds none of its own: the template wrote what belongs
 * there, BOS included.
 */
public final class ChatTokens {
  private final TokenPlaces places;

  private ChatTokens(TokenPlaces places) {
    this.places = places;
  }

  /**
   * Tokenizes a chat.
   *
   * @param splitSpecialTokens whether the name of a control token is ordinary text where the
   *     template did not write it
   */
  public static ChatTokens of(Tokenizer tokenizer, RenderedChat chat, boolean splitSpecialTokens) {
    TokenPlaces all = tokenizer.places(chat.text());
    IntStream.Builder starts = IntStream.builder();
    IntStream.Builder ends = IntStream.builder();
    boolean isSpelled = false;
    for (int t = 0; t < all.ids().length; t++) {
      if (tokenizer.isControl(all.ids()[t])) {
        // A token may take white space around it along, which somebody else wrote.
        String name = tokenizer.tokenOf(all.ids()[t]);
        int start = Math.max(all.starts()[t], chat.text().indexOf(name, all.starts()[t]));
        int end = Math.min(all.ends()[t], start + name.length());
        if (chat.isOfTemplate(start, end)) {
          starts.add(start);
          ends.add(end);
        } else {
          isSpelled = true;
        }
      }
    }
    return new ChatTokens(
        splitSpecialTokens && isSpelled
            ? tokenizer.places(chat.text(), starts.build().toArray(), ends.build().toArray())
            : all);
  }

  /** Token ids, {@code [tokens]}. */
  public int[] ids() {
    return places.ids();
  }

  /** Where a token begins in the text: index of a Java char. */
  public int start(int token) {
    return places.starts()[token];
  }

  /** Behind a token's last char. */
  public int end(int token) {
    return places.ends()[token];
  }
}
