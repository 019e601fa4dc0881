package org.tune4j.engine.tokenize.jinja;

/** HTML escaping, and what a string marked as safe does to its neighbours. */
final class Markup {
  private Markup() {}

  /** The text with HTML's special characters replaced; what is markup already stays. */
  static Text escape(Text text) {
    return text.isMarkup() ? text : forced(text);
  }

  static Text forced(Text text) {
    TextBuilder builder = new TextBuilder();
    int from = 0;
    for (int i = 0; i < text.length(); i++) {
      String entity = entity(text.value().charAt(i));
      if (entity != null) {
        builder.append(text, from, i).append(entity, text.markAt(i));
        from = i + 1;
      }
    }
    return builder.append(text, from, text.length()).toText().asMarkup(true);
  }

  private static String entity(char c) {
    return switch (c) {
      case '&' -> "&amp;";
      case '<' -> "&lt;";
      case '>' -> "&gt;";
      case '\'' -> "&#39;";
      case '"' -> "&#34;";
      default -> null;
    };
  }

  static Text sum(Text a, Text b) {
    boolean markup = a.isMarkup() || b.isMarkup();
    return markup ? escape(a).plus(escape(b)).asMarkup(true) : a.plus(b);
  }
}
