package org.tune4j.engine.tokenize.jinja;

import java.util.Locale;
import java.util.function.UnaryOperator;

/** Upper and lower case as Python maps them: one character may become several. */
final class Casing {
  private Casing() {}

  static Text upper(Text text) {
    return mapped(text, value -> value.toUpperCase(Locale.ROOT));
  }

  static Text lower(Text text) {
    return mapped(text, value -> value.toLowerCase(Locale.ROOT));
  }

  /** Lower case for comparisons, in which sharp s is ss. */
  static Text folded(Text text) {
    return mapped(text, value -> value.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT));
  }

  /** The mapping may look at neighbours, so it gets the whole text wherever marks allow it. */
  private static Text mapped(Text text, UnaryOperator<String> mapping) {
    String value = mapping.apply(text.value());
    if (text.isUniform()) {
      return new Text(value, text.mark()).asMarkup(text.isMarkup());
    }
    TextBuilder builder = new TextBuilder();
    if (value.length() == text.length()) {
      for (int run = 0, from = 0; run < text.runCount(); from = text.runEnd(run++)) {
        builder.append(value.substring(from, text.runEnd(run)), text.runMark(run));
      }
    } else {
      for (int i = 0; i < text.length(); ) {
        int next = i + Character.charCount(text.value().codePointAt(i));
        builder.append(mapping.apply(text.value().substring(i, next)), text.markAt(i));
        i = next;
      }
    }
    return builder.toText().asMarkup(text.isMarkup());
  }

  /** {@code capitalize}: the first character in title case, the others in lower case. */
  static Text capitalized(Text text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = Character.charCount(text.value().codePointAt(0));
    Text head = titled(text.slice(0, first));
    return head.plus(lower(text.slice(first, text.length())));
  }

  /** {@code title}: capitalizes every run of letters. */
  static Text titled(Text text) {
    TextBuilder builder = new TextBuilder();
    boolean inWord = false;
    for (int i = 0; i < text.length(); ) {
      int c = text.value().codePointAt(i);
      int next = i + Character.charCount(c);
      String mapped = inWord ? lowerOf(c) : titleOf(c);
      builder.append(mapped, text.markAt(i));
      inWord = Characters.isCased(c);
      i = next;
    }
    return builder.toText();
  }

  private static String lowerOf(int c) {
    return Character.toString(c).toLowerCase(Locale.ROOT);
  }

  private static String titleOf(int c) {
    int title = Character.toTitleCase(c);
    if (title != c) {
      return Character.toString(title);
    }
    String upper = Character.toString(c).toUpperCase(Locale.ROOT);
    return upper.length() > 1 && Character.isLowerCase(c)
        ? upper.charAt(0) + upper.substring(1).toLowerCase(Locale.ROOT)
        : Character.toString(c);
  }

  /** jinja2's {@code title} filter: words begin after spaces, hyphens and opening brackets. */
  static Text titledWords(Text text) {
    TextBuilder builder = new TextBuilder();
    String value = text.value();
    for (int from = 0; from < value.length(); ) {
      int end = wordEnd(value, from);
      if (end == from) {
        end = from + 1;
        builder.append(text, from, end);
      } else {
        int first = from + Character.charCount(value.codePointAt(from));
        builder.append(upper(text.slice(from, first))).append(lower(text.slice(first, end)));
      }
      from = end;
    }
    return builder.toText();
  }

  private static int wordEnd(String value, int from) {
    int at = from;
    while (at < value.length()
        && "-({[<".indexOf(value.charAt(at)) < 0
        && !Characters.isSpace(value.charAt(at))) {
      at++;
    }
    return at;
  }

  /** {@code swapcase}. */
  static Text swapped(Text text) {
    TextBuilder builder = new TextBuilder();
    for (int i = 0; i < text.length(); ) {
      int c = text.value().codePointAt(i);
      int next = i + Character.charCount(c);
      Text one = text.slice(i, next);
      builder.append(
          Character.isUpperCase(c) ? lower(one) : Character.isLowerCase(c) ? upper(one) : one);
      i = next;
    }
    return builder.toText();
  }
}
