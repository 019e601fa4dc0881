package org.tune4j.engine.tokenize.jinja;

/** {@code replace} and what else puts something in place of something. */
final class Replace {
  private Replace() {}

  /**
   * {@code replace}.
   *
   * @param most number of places, negative for all
   */
  static Text replace(Text text, Text old, Text replacement, long most) {
    if (old.isEmpty()) {
      return between(text, replacement, most);
    }
    int at = text.value().indexOf(old.value());
    if (at < 0 || most == 0) {
      return text;
    }
    TextBuilder builder = new TextBuilder();
    int from = 0;
    for (long done = 0; at >= 0 && done != most; done++) {
      builder.append(text, from, at).append(replacement);
      from = at + old.length();
      at = text.value().indexOf(old.value(), from);
    }
    return builder.append(text, from, text.length()).toText();
  }

  /** An empty text is found before every character and at the end. */
  private static Text between(Text text, Text replacement, long most) {
    TextBuilder builder = new TextBuilder();
    int at = 0;
    long done = 0;
    while (done != most) {
      builder.append(replacement);
      done++;
      if (at == text.length()) {
        break;
      }
      int next = at + Character.charCount(text.value().codePointAt(at));
      builder.append(text, at, next);
      at = next;
    }
    return builder.append(text, at, text.length()).toText();
  }

  /** {@code expandtabs}. */
  static Text expandTabs(Text text, long size) {
    TextBuilder builder = new TextBuilder();
    long column = 0;
    String value = text.value();
    for (int i = 0; i < value.length(); ) {
      int c = value.codePointAt(i);
      int next = i + Character.charCount(c);
      if (c == '\t') {
        long spaces = size > 0 ? size - column % size : 0;
        builder.repeat(' ', spaces, text.markAt(i));
        column += spaces;
      } else {
        builder.append(text, i, next);
        column = c == '\n' || c == '\r' ? 0 : column + 1;
      }
      i = next;
    }
    return builder.toText();
  }

  /**
   * Fills a text up with a character.
   *
   * @param left how many go before it
   * @param right how many go behind it
   */
  static Text padded(Text text, long left, long right, Text fill) {
    if (fill.codePointCount() != 1) {
      throw Failure.error("The fill character must be exactly one character long");
    }
    if (left <= 0 && right <= 0) {
      return text;
    }
    Limits.checkLength(Math.max(left, 0) + Math.max(right, 0) + text.length());
    TextBuilder builder = new TextBuilder();
    String c = fill.value();
    builder.append(c.repeat((int) Math.max(left, 0)), fill.mark()).append(text);
    return builder.append(c.repeat((int) Math.max(right, 0)), fill.mark()).toText();
  }

  /** {@code center}. */
  static Text centered(Text text, long width, Text fill) {
    long missing = Math.max(0, width - text.codePointCount());
    long left = missing / 2 + (missing & width & 1);
    return padded(text, left, missing - left, fill);
  }

  /** {@code zfill}: zeros between the sign and the digits. */
  static Text zeroFilled(Text text, long width) {
    long missing = width - text.codePointCount();
    boolean signed = text.value().startsWith("-") || text.value().startsWith("+");
    int sign = signed ? 1 : 0;
    Text digits = text.slice(sign, text.length());
    return text.slice(0, sign).plus(padded(digits, missing, 0, Text.of("0")));
  }
}
