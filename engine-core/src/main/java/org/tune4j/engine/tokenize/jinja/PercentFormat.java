package org.tune4j.engine.tokenize.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;

/** {@code format % values}: the way of C's printf, as Python extends it. */
final class PercentFormat {
  private final Runtime runtime;
  private final Text format;
  private final Object values;
  private final List<Object> positional;
  private final TextBuilder result = new TextBuilder();
  private int at;
  private int used;

  private PercentFormat(Runtime runtime, Text format, Object values) {
    this.runtime = runtime;
    this.format = format;
    this.values = values;
    this.positional = values instanceof TupleValue tuple ? tuple.items() : List.of(values);
  }

  static Text format(Runtime runtime, Text format, Object values) {
    return new PercentFormat(runtime, format, values).format().asMarkup(format.isMarkup());
  }

  private Text format() {
    String chars = format.value();
    while (at < chars.length()) {
      int percent = chars.indexOf('%', at);
      int end = percent < 0 ? chars.length() : percent;
      result.append(format, at, end);
      at = end;
      if (percent >= 0) {
        runtime.step(1);
        conversion();
      }
    }
    boolean mapping =
        values instanceof DictValue || values instanceof ListValue || values instanceof Undefined;
    if (used < positional.size() && !mapping) {
      throw Failure.error("not all arguments converted during string formatting");
    }
    return result.toText();
  }

  private void conversion() {
    long mark = format.markAt(at);
    at++;
    Object value = key();
    boolean keyed = value != null;
    String flags = flags();
    long width = number();
    long precision = -1;
    if (next() == '.') {
      at++;
      precision = number();
    }
    while ("hlL".indexOf(next()) >= 0) {
      at++;
    }
    char type = next();
    at++;
    if (type == '%') {
      result.append("%", mark);
      return;
    }
    Object shown = keyed ? value : argument();
    boolean left = flags.indexOf('-') >= 0 || width < 0;
    result.append(converted(type, flags, left, Math.abs(width), precision, shown, mark));
  }

  private char next() {
    if (at >= format.length()) {
      throw Failure.error("incomplete format");
    }
    return format.value().charAt(at);
  }

  private Object key() {
    if (next() != '(') {
      return null;
    }
    int depth = 1;
    int start = ++at;
    while (depth > 0) {
      depth += next() == '(' ? 1 : next() == ')' ? -1 : 0;
      at++;
    }
    if (!(values instanceof DictValue dict)) {
      throw Failure.error("format requires a mapping");
    }
    Object value = dict.get(format.value().substring(start, at - 1));
    if (value == null) {
      throw Failure.error("KeyError: '" + format.value().substring(start, at - 1) + "'");
    }
    return value;
  }

  private String flags() {
    int start = at;
    while ("#0- +".indexOf(next()) >= 0) {
      at++;
    }
    return format.value().substring(start, at);
  }

  /** A number, or the next argument for a star; 0 where there is neither. */
  private long number() {
    if (next() == '*') {
      at++;
      return Numbers.index(argument(), "*");
    }
    long number = 0;
    while (next() >= '0' && next() <= '9') {
      number = Math.min(number * 10 + next() - '0', Integer.MAX_VALUE);
      at++;
    }
    return number;
  }

  private Object argument() {
    if (used >= positional.size()) {
      throw Failure.error("not enough arguments for format string");
    }
    return positional.get(used++);
  }

  private Text converted(
      char type, String flags, boolean left, long width, long precision, Object value, long mark) {
    boolean plus = flags.indexOf('+') >= 0;
    boolean space = flags.indexOf(' ') >= 0;
    boolean zeros = flags.indexOf('0') >= 0 && !left;
    if ("sra".indexOf(type) >= 0) {
      Text text =
          type == 's'
              ? Repr.str(runtime, value)
              : type == 'r' ? Repr.repr(runtime, value) : Repr.ascii(runtime, value);
      text = format.isMarkup() ? Markup.escape(marked(value, text)) : text;
      return aligned(cut(text, precision), left, width, mark);
    }
    if (type == 'c') {
      return aligned(character(value), left, width, mark);
    }
    Limits.checkLength(Math.max(width, precision));
    FormatSpec spec =
        new FormatSpec(
            zeros ? "0" : " ",
            left ? '<' : zeros ? '=' : '>',
            plus ? '+' : space ? ' ' : '-',
            flags.indexOf('#') >= 0,
            width,
            (char) 0,
            (int) precision,
            type == 'i' || type == 'u' ? 'd' : type);
    runtime.writeNumber(precision + Numbers.bits(value));
    return new Text(number(spec, value), mark);
  }

  /** A string that is safe already stays so when it is formatted. */
  private static Text marked(Object value, Text text) {
    return value instanceof Text original && original.isMarkup() ? text.asMarkup(true) : text;
  }

  private static Text cut(Text text, long precision) {
    return precision < 0 || precision >= text.codePointCount()
        ? text
        : text.slice(0, text.charIndex((int) precision));
  }

  private static Text aligned(Text text, boolean left, long width, long mark) {
    long missing = width - text.codePointCount();
    Text fill = new Text(" ", mark);
    return left ? Replace.padded(text, 0, missing, fill) : Replace.padded(text, missing, 0, fill);
  }

  private static Text character(Object value) {
    if (value instanceof Text text && text.codePointCount() == 1) {
      return text;
    }
    if (!Numbers.isInteger(value)) {
      throw Failure.error("%c requires int or char");
    }
    return Text.of(Character.toString(FormatSpec.codePoint(Numbers.big(value))));
  }

  private static String number(FormatSpec spec, Object value) {
    char type = spec.type();
    if (!Numbers.isNumber(value)) {
      throw Failure.error("%" + type + " format: a number is required, not " + TypeName.of(value));
    }
    if ("eEfFgG".indexOf(type) >= 0) {
      return spec.real(value);
    }
    if ("doxX".indexOf(type) < 0) {
      throw Failure.error("unsupported format character '" + type + "'");
    }
    if (value instanceof Double && type != 'd') {
      throw Failure.error("%" + type + " format: an integer is required, not float");
    }
    BigInteger whole = value instanceof Double number ? whole(number) : Numbers.big(value);
    if (spec.precision() < 0) {
      return spec.integer(whole);
    }
    // A precision asks for so many digits, which are filled with zeros.
    String digits = atLeast(spec.precision(), type, whole.abs());
    return spec.withDigits(whole.signum() < 0, digits);
  }

  private static BigInteger whole(double number) {
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      throw Failure.error("cannot convert float " + FloatText.repr(number) + " to integer");
    }
    return new BigDecimal(number).toBigInteger();
  }

  private static String atLeast(int count, char type, BigInteger magnitude) {
    String digits = magnitude.toString(type == 'd' ? 10 : type == 'o' ? 8 : 16);
    String cased = type == 'X' ? digits.toUpperCase(Locale.ROOT) : digits;
    return "0".repeat(Math.max(0, count - cased.length())) + cased;
  }
}
