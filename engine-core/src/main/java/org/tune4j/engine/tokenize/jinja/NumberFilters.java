package org.tune4j.engine.tokenize.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Filters that give numbers, or make text of numbers. */
final class NumberFilters {
  private static final Pattern FLOAT =
      Pattern.compile(
          "[-+]?(?:(?:\\d+(?:_\\d+)*+\\.?(?:\\d+(?:_\\d+)*+)?|\\.\\d+(?:_\\d+)*+)(?:[eE][-+]?\\d+(?:_\\d+)*+)?)");

  private static final int MAX_FLOAT_TEXT = 2000;
  private static final String[] SIZES = {"k", "M", "G", "T", "P", "E", "Z", "Y"};

  private NumberFilters() {}

  static void addTo(Map<String, Filter> all) {
    Filters.add(all, "abs", (r, v, a) -> absolute(v));
    Filters.add(all, "int [ default base", (r, v, a) -> integer(r, v, a));
    Filters.add(all, "float [ default", (r, v, a) -> real(r, v, a[0]));
    Filters.add(all, "round [ precision method", (r, v, a) -> rounded(r, v, a));
    Filters.add(all, "length", (r, v, a) -> (long) Iteration.lengthOf(v));
    Filters.add(all, "count", (r, v, a) -> (long) Iteration.lengthOf(v));
    Filters.add(all, "wordcount", (r, v, a) -> words(r, Repr.softStr(r, v)));
    Filters.add(all, "filesizeformat [ binary", (r, v, a) -> Text.of(size(r, v, a[0])));
  }

  private static Object absolute(Object value) {
    if (value instanceof Double number) {
      return Math.abs(number);
    }
    if (!Numbers.isInteger(value)) {
      throw Failure.error("bad operand type for abs(): '" + TypeName.of(value) + "'");
    }
    return Numbers.narrow(Numbers.big(value).abs());
  }

  private static Object integer(Runtime runtime, Object value, Object[] arguments) {
    Object otherwise = arguments[0] == null ? (Object) 0L : arguments[0];
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    Object parsed = null;
    if (value instanceof Text text) {
      runtime.scan(text);
      parsed = IntegerText.parse(text.value(), Numbers.index(arguments[1], 10, "base"));
    } else if (Numbers.isInteger(value)) {
      parsed = Numbers.narrow(Numbers.big(value));
    }
    if (parsed != null) {
      return parsed;
    }
    Double real = realOrNull(value);
    return real == null || real.isNaN() || real.isInfinite() ? otherwise : truncated(real);
  }

  private static Object truncated(double value) {
    return Numbers.narrow(new BigDecimal(value).toBigInteger());
  }

  private static Object real(Runtime runtime, Object value, Object otherwise) {
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (value instanceof Text text) {
      runtime.scan(text);
    }
    Double real = realOrNull(value);
    return real != null ? real : otherwise == null ? (Object) 0.0 : otherwise;
  }

  /** Python's {@code float(value)}; null where it refuses. */
  private static Double realOrNull(Object value) {
    if (Numbers.isNumber(value)) {
      return Numbers.toDouble(value);
    }
    if (!(value instanceof Text text)) {
      return null;
    }
    String chars = Strip.strip(text).value();
    if (chars.length() <= MAX_FLOAT_TEXT && FLOAT.matcher(chars).matches()) {
      return Double.valueOf(chars.replace("_", ""));
    }
    String name = chars.toLowerCase(Locale.ROOT).replaceFirst("^[-+]", "");
    double sign = chars.startsWith("-") ? -1 : 1;
    return switch (name) {
      case "nan" -> Double.NaN;
      case "inf", "infinity" -> sign * Double.POSITIVE_INFINITY;
      default -> null;
    };
  }

  private static Object rounded(Runtime runtime, Object value, Object[] arguments) {
    long precision = Numbers.index(arguments[0], 0, "precision");
    String method = arguments[1] == null ? "common" : Repr.str(runtime, arguments[1]).value();
    return switch (method) {
      case "common" -> common(value, precision);
      case "ceil", "floor" -> directed(value, precision, method.equals("ceil"));
      default -> throw Failure.error("method must be common, ceil or floor");
    };
  }

  private static Object common(Object value, long precision) {
    if (value instanceof Double number) {
      boolean unchanged = number.isNaN() || number.isInfinite() || precision > 400;
      if (unchanged) {
        return number;
      }
      int places = (int) Math.max(precision, -400);
      double result = new BigDecimal(number).setScale(places, RoundingMode.HALF_EVEN).doubleValue();
      return Math.copySign(result, number);
    }
    if (!Numbers.isInteger(value)) {
      throw Failure.error("type " + TypeName.of(value) + " doesn't define __round__ method");
    }
    BigInteger whole = Numbers.big(value);
    if (precision >= 0) {
      return Numbers.narrow(whole);
    }
    if (precision < -Limits.MAX_BITS) {
      return 0L;
    }
    BigDecimal result = new BigDecimal(whole).setScale((int) precision, RoundingMode.HALF_EVEN);
    return Numbers.narrow(result.toBigInteger());
  }

  /** {@code math.ceil} or {@code math.floor} of the scaled number, scaled back. */
  private static Object directed(Object value, long precision, boolean up) {
    if (!Numbers.isNumber(value)) {
      throw Failure.error("must be real number, not " + TypeName.of(value));
    }
    double scale = Math.pow(10, precision);
    double scaled = Numbers.toDouble(value) * scale;
    if (Double.isNaN(scaled) || Double.isInfinite(scaled)) {
      throw Failure.error("cannot convert float " + FloatText.repr(scaled) + " to integer");
    }
    return (up ? Math.ceil(scaled) : Math.floor(scaled)) / scale + 0.0;
  }

  private static long words(Runtime runtime, Text text) {
    runtime.scan(text);
    long count = 0;
    boolean inWord = false;
    for (int i = 0; i < text.length(); ) {
      int c = text.value().codePointAt(i);
      boolean wordCharacter = c == '_' || Characters.isAlphanumeric(c);
      count += wordCharacter && !inWord ? 1 : 0;
      inWord = wordCharacter;
      i += Character.charCount(c);
    }
    return count;
  }

  private static String size(Runtime runtime, Object value, Object binary) {
    Double bytes = realOrNull(value);
    if (bytes == null) {
      throw Failure.error("could not convert to float: " + Repr.brief(value));
    }
    boolean isBinary = Filters.flag(binary);
    double base = isBinary ? 1024 : 1000;
    if (bytes == 1) {
      return "1 Byte";
    }
    if (bytes < base) {
      return bytes.longValue() + " Bytes";
    }
    double unit = base * base;
    int step = 0;
    while (bytes >= unit && step < SIZES.length - 1) {
      unit *= base;
      step++;
    }
    String prefix = isBinary ? SIZES[step].toUpperCase(Locale.ROOT) + "i" : SIZES[step];
    return FloatText.fixed(new BigDecimal(base * bytes / unit), 1) + " " + prefix + "B";
  }
}
