package org.tune4j.engine.tokenize.jinja;

import java.util.function.IntPredicate;

/** Python's classes of characters, which are not always Java's. Arguments are code points. */
final class Characters {
  private Characters() {}

  /** {@code str.isspace}, and what {@code strip} and {@code split} take away. */
  static boolean isSpace(int c) {
    if (c < 128) {
      return c == ' ' || c >= '\t' && c <= '\r' || c >= 0x1C && c <= 0x1F;
    }
    return c == 0x85 || c == 0xA0 || Character.isSpaceChar(c);
  }

  /** What ends a line for {@code splitlines}; a carriage return may take a line feed with it. */
  static boolean isLineBreak(int c) {
    return c >= '\n' && c <= '\r'
        || c >= 0x1C && c <= 0x1E
        || c == 0x85
        || c == 0x2028
        || c == 0x2029;
  }

  static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
              Character.FORMAT,
              Character.SURROGATE,
              Character.PRIVATE_USE,
              Character.UNASSIGNED,
              Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }

  static boolean isDecimal(int c) {
    return Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER;
  }

  /** Decimal digits and those in other forms, such as superscripts. */
  static boolean isDigit(int c) {
    int value = Character.getNumericValue(c);
    return isDecimal(c)
        || Character.getType(c) == Character.OTHER_NUMBER
            && value >= 0
            && value <= 9
            && !isEnclosedOrFraction(c);
  }

  private static boolean isEnclosedOrFraction(int c) {
    return c >= 0x3220 && c <= 0x33FF || c >= 0x10107 && c <= 0x10133;
  }

  static boolean isNumeric(int c) {
    int type = Character.getType(c);
    return isDecimal(c) || type == Character.OTHER_NUMBER || type == Character.LETTER_NUMBER;
  }

  static boolean isAlphanumeric(int c) {
    return Character.isLetter(c) || isNumeric(c);
  }

  static boolean isCased(int c) {
    return Character.isLowerCase(c) || Character.isUpperCase(c) || Character.isTitleCase(c);
  }

  /** Whether a text has code points, and all of one kind. */
  static boolean all(Text text, IntPredicate kind) {
    return !text.isEmpty() && text.value().codePoints().allMatch(kind);
  }

  /** Whether a text has letters with case, and all of them lower. */
  static boolean isLower(Text text) {
    String value = text.value();
    return value.codePoints().anyMatch(Character::isLowerCase)
        && value.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
  }

  /** Whether a text has letters with case, and all of them upper. */
  static boolean isUpper(Text text) {
    String value = text.value();
    return value.codePoints().anyMatch(Character::isUpperCase)
        && value.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
  }

  static boolean isTitle(Text text) {
    boolean inWord = false;
    boolean any = false;
    for (int c : text.value().codePoints().toArray()) {
      boolean lower = Character.isLowerCase(c);
      boolean upper = Character.isUpperCase(c) || Character.isTitleCase(c);
      if (upper && inWord || lower && !inWord) {
        return false;
      }
      inWord = lower || upper;
      any |= inWord;
    }
    return any;
  }

  static boolean isIdentifier(Text text) {
    String value = text.value();
    return !value.isEmpty()
        && (value.charAt(0) == '_' || Character.isUnicodeIdentifierStart(value.codePointAt(0)))
        && value.codePoints().allMatch(Character::isUnicodeIdentifierPart)
        && value.codePoints().noneMatch(Character::isIdentifierIgnorable);
  }

  /** The shortest of {@code \x00}, {@code \\u0000} and {@code \U00000000} that holds it. */
  static String numericEscape(int c) {
    return c < 0x100
        ? String.format("\\x%02x", c)
        : c < 0x10000 ? String.format("\\u%04x", c) : String.format("\\U%08x", c);
  }
}
