package org.tune4j.engine.tokenize.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Python's format specification {@code [[fill]align][sign][z][#][0][width][grouping][.precision]
 * [type]}.
 *
 * @param align one of {@code < > = ^}, or 0 for the value's own
 * @param width at least so many code points
 * @param grouping {@code ,} or {@code _} between thousands, 0 for none
 * @param precision -1 for none
 * @param type 0 for none
 */
record FormatSpec(
    String fill,
    char align,
    char sign,
    boolean alternate,
    long width,
    char grouping,
    int precision,
    char type) {
  private static final Pattern SYNTAX =
      Pattern.compile(
          "(?:(?<fill>.)?(?<align>[<>=^]))?(?<sign>[-+ ])?z?(?<alternate>#)?(?<zero>0)?"
              + "(?<width>\\d{1,18})?(?<grouping>[,_])?(?:\\.(?<precision>\\d{1,9}))?"
              + "(?<type>[bcdeEfFgGnosxX%])?",
          Pattern.DOTALL);

  static FormatSpec parse(String text) {
    Matcher m = SYNTAX.matcher(text);
    if (!m.matches()) {
      throw Failure.error("Invalid format specifier '" + text + "'");
    }
    boolean zero = m.group("zero") != null;
    String fill = m.group("fill") != null ? m.group("fill") : zero ? "0" : " ";
    char align = m.group("align") != null ? m.group("align").charAt(0) : zero ? '=' : 0;
    String precision = m.group("precision");
    return new FormatSpec(
        fill,
        align,
        first(m.group("sign"), '-'),
        m.group("alternate") != null,
        m.group("width") == null ? 0 : Long.parseLong(m.group("width")),
        first(m.group("grouping"), (char) 0),
        precision == null ? -1 : Integer.parseInt(precision),
        first(m.group("type"), (char) 0));
  }

  private static char first(String text, char otherwise) {
    return text == null ? otherwise : text.charAt(0);
  }

  /** {@code format(value, specification)}. */
  static Text format(Runtime runtime, Object value, String specification) {
    if (specification.isEmpty()) {
      return Repr.str(runtime, value);
    }
    FormatSpec spec = parse(specification);
    if (value instanceof Text text) {
      return spec.text(text);
    }
    if (!Numbers.isNumber(value)) {
      throw Failure.error(
          "unsupported format string passed to " + TypeName.of(value) + ".__format__");
    }
    runtime.writeNumber(spec.precision + Numbers.bits(value));
    boolean asFloat = value instanceof Double || spec.isFloatType();
    if (!asFloat && spec.precision >= 0) {
      throw Failure.error("Precision not allowed in integer format specifier");
    }
    return Text.of(asFloat ? spec.real(value) : spec.integer(Numbers.big(value)));
  }

  private boolean isFloatType() {
    return type != 0 && "eEfFgG%".indexOf(type) >= 0;
  }

  private Text text(Text text) {
    if (type != 0 && type != 's') {
      throw unknownType("str");
    }
    Text shown = text;
    if (precision >= 0 && precision < text.codePointCount()) {
      shown = text.slice(0, text.charIndex(precision));
    }
    long missing = width - shown.codePointCount();
    long left = align == '>' ? missing : align == '^' ? missing / 2 : 0;
    return Replace.padded(shown, left, missing - left, Text.of(fill));
  }

  private Failure unknownType(String typeName) {
    return Failure.error(
        "Unknown format code '" + type + "' for object of type '" + typeName + "'");
  }

  /** An integer in the notation of the type. */
  String integer(BigInteger value) {
    BigInteger magnitude = value.abs();
    String digits =
        switch (type) {
          case 0, 'd', 'n' -> magnitude.toString();
          case 'b' -> magnitude.toString(2);
          case 'o' -> magnitude.toString(8);
          case 'x' -> magnitude.toString(16);
          case 'X' -> magnitude.toString(16).toUpperCase(Locale.ROOT);
          case 'c' -> Character.toString(codePoint(value));
          default -> throw unknownType("int");
        };
    return withDigits(value.signum() < 0, digits);
  }

  /** An integer of which the digits are written already. */
  String withDigits(boolean negative, String digits) {
    boolean prefixed = alternate && type != 0 && "boxX".indexOf(type) >= 0;
    return number(negative, prefixed ? "0" + type : "", digits, "");
  }

  static int codePoint(BigInteger value) {
    if (value.signum() < 0
        || value.bitLength() > 21
        || value.intValue() > Character.MAX_CODE_POINT) {
      throw Failure.error("%c arg not in range(0x110000)");
    }
    return value.intValue();
  }

  /** A floating point number in the notation of the type. */
  String real(Object number) {
    double value = Numbers.toDouble(number);
    boolean upper = type == 'E' || type == 'F' || type == 'G';
    boolean negative = value < 0 || 1 / value < 0;
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      String name = Double.isNaN(value) ? "nan" : "inf";
      return number(
          negative, "", upper ? name.toUpperCase(Locale.ROOT) : name, type == '%' ? "%" : "");
    }
    String digits = realDigits(new BigDecimal(Math.abs(value)), Math.abs(value));
    int point = digits.indexOf('.');
    int exponent = digits.toLowerCase(Locale.ROOT).indexOf('e');
    int end = point >= 0 ? point : exponent >= 0 ? exponent : digits.length();
    String rest = digits.substring(end) + (type == '%' ? "%" : "");
    return number(negative, "", digits.substring(0, end), rest);
  }

  private String realDigits(BigDecimal value, double original) {
    Limits.checkLength(precision);
    int places = precision < 0 ? 6 : precision;
    String digits =
        switch (type) {
          case 'f', 'F' -> FloatText.fixed(value, places);
          case '%' -> FloatText.fixed(value.movePointRight(2), places);
          case 'e', 'E' -> FloatText.scientific(value, places, type);
          case 'g', 'n' -> FloatText.general(value, places, alternate, 'e');
          case 'G' -> FloatText.general(value, places, alternate, 'E');
          case 0 -> plainDigits(value, original);
          default -> throw unknownType("float");
        };
    return alternate && !digits.contains(".") && places == 0 ? digits + "." : digits;
  }

  /** Without a type a number looks like a float, with at least one decimal place. */
  private String plainDigits(BigDecimal value, double original) {
    if (precision < 0) {
      return FloatText.repr(original);
    }
    String digits = FloatText.general(value, precision, false, 'e');
    return digits.contains(".") || digits.contains("e") ? digits : digits + ".0";
  }

  private String number(boolean negative, String prefix, String digits, String rest) {
    String signed = (negative ? "-" : sign == '-' ? "" : String.valueOf(sign)) + prefix;
    boolean zeros = align == '=' && fill.equals("0");
    long room = width - signed.length() - rest.length();
    String grouped = grouped(digits, zeros ? room : 0);
    long missing = room - grouped.codePointCount(0, grouped.length());
    if (missing <= 0) {
      return signed + grouped + rest;
    }
    Limits.checkLength(width);
    long left = align == '<' ? 0 : align == '^' ? missing / 2 : missing;
    String before = fill.repeat((int) left);
    String after = fill.repeat((int) (missing - left));
    return align == '='
        ? signed + before + grouped + rest
        : before + signed + grouped + rest + after;
  }

  /** Puts separators between the digits, and zeros before them as far as there is room. */
  private String grouped(String digits, long room) {
    if (grouping == 0 || !digits.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
      return digits;
    }
    Limits.checkLength(room);
    int size = type != 0 && "boxX".indexOf(type) >= 0 ? 4 : 3;
    StringBuilder reversed = new StringBuilder();
    int count = 0;
    for (int i = digits.length() - 1; i >= 0 || reversed.length() < room; i--) {
      if (count > 0 && count % size == 0) {
        reversed.append(grouping);
      }
      reversed.append(i >= 0 ? digits.charAt(i) : '0');
      count++;
    }
    return reversed.reverse().toString();
  }
}
