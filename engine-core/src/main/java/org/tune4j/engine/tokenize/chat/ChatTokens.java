package org.tune4j.engine.tokenize.chat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
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
    TokenPlaces all = tokenizer.places(chat.text(), false);
    boolean isSpelled = false;
    for (int t = 0; t < all.ids().length; t++) {
      isSpelled |= tokenizer.isControl(all.ids()[t]) && !isOurs(all, t, chat);
    }
    return new ChatTokens(splitSpecialTokens && isSpelled ? split(tokenizer, chat, all) : all);
  }

  private static boolean isOurs(TokenPlaces all, int token, RenderedChat chat) {
    return chat.isOfTemplate(all.starts()[token], all.ends()[token]);
  }

  /** The template's control tokens as they are, and the text between them as anybody's text. */
  private static TokenPlaces split(Tokenizer tokenizer, RenderedChat chat, TokenPlaces all) {
    List<TokenPlaces> parts = new ArrayList<>();
    int from = 0;
    for (int t = 0; t < all.ids().length; t++) {
      if (tokenizer.isControl(all.ids()[t]) && isOurs(all, t, chat)) {
        int start = all.starts()[t];
        parts.add(text(tokenizer, chat, from, start));
        from = all.ends()[t];
        parts.add(new TokenPlaces(new int[] {all.ids()[t]}, new int[] {start}, new int[] {from}));
      }
    }
    parts.add(text(tokenizer, chat, from, chat.text().length()));
    return new TokenPlaces(
        joined(parts, TokenPlaces::ids),
        joined(parts, TokenPlaces::starts),
        joined(parts, TokenPlaces::ends));
  }

  private static TokenPlaces text(Tokenizer tokenizer, RenderedChat chat, int from, int to) {
    TokenPlaces text = tokenizer.places(chat.text().substring(from, to), true);
    return new TokenPlaces(text.ids(), moved(text.starts(), from), moved(text.ends(), from));
  }

  private static int[] moved(int[] places, int by) {
    return Arrays.stream(places).map(place -> place + by).toArray();
  }

  private static int[] joined(List<TokenPlaces> parts, Function<TokenPlaces, int[]> of) {
    return parts.stream().map(of).flatMapToInt(Arrays::stream).toArray();
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
