package org.tune4j.engine.tokenize.jinja;

/** {@code format.format(...)}, with the sandbox's access to attributes. */
final class BraceFormat {
  private final Runtime runtime;
  private final Arguments arguments;
  private final boolean escaping;

  /** Next number of a field without a name; -1 once fields are numbered by hand. */
  private int automatic;

  private BraceFormat(Runtime runtime, Arguments arguments, boolean escaping) {
    this.runtime = runtime;
    this.arguments = arguments;
    this.escaping = escaping;
  }

  static Text format(Runtime runtime, Text format, Arguments arguments) {
    return new BraceFormat(runtime, arguments, format.isMarkup()).format(format, 2);
  }

  /**
   * Fills in the fields.
   *
   * @param depth how deep fields may stand in fields
   */
  private Text format(Text format, int depth) {
    if (depth < 0) {
      throw Failure.error("Max string recursion exceeded");
    }
    TextBuilder result = new TextBuilder();
    String chars = format.value();
    int at = 0;
    while (at < chars.length()) {
      char c = chars.charAt(at);
      boolean doubled = at + 1 < chars.length() && chars.charAt(at + 1) == c;
      if (c == '{' && !doubled) {
        int end = fieldEnd(chars, at + 1);
        result.append(field(format, at + 1, end, depth));
        at = end + 1;
      } else if (c == '}' && !doubled) {
        throw Failure.error("Single '}' encountered in format string");
      } else {
        result.append(format, at, at + 1);
        at += c == '{' || c == '}' ? 2 : 1;
      }
    }
    return result.toText();
  }

  private static int fieldEnd(String chars, int from) {
    int open = 1;
    for (int i = from; i < chars.length(); i++) {
      char c = chars.charAt(i);
      open += c == '{' ? 1 : c == '}' ? -1 : 0;
      if (open == 0) {
        return i;
      }
    }
    throw Failure.error("expected '}' before end of string");
  }

  private Text field(Text format, int from, int end, int depth) {
    runtime.step(1);
    String chars = format.value();
    int nameEnd = nameEnd(chars, from, end);
    Object value = value(chars.substring(from, nameEnd));
    int at = nameEnd;
    if (at < end && chars.charAt(at) == '!') {
      if (at + 1 >= end || at + 2 < end && chars.charAt(at + 2) != ':') {
        throw Failure.error("expected ':' after conversion specifier");
      }
      value = converted(value, chars.charAt(at + 1));
      at += 2;
    }
    Text specification = at < end ? format(format.slice(at + 1, end), depth - 1) : Text.EMPTY;
    return shown(value, specification.value());
  }

  private static int nameEnd(String chars, int from, int end) {
    boolean inBrackets = false;
    for (int i = from; i < end; i++) {
      char c = chars.charAt(i);
      if (c == '[') {
        inBrackets = true;
      } else if (c == ']') {
        inBrackets = false;
      } else if (!inBrackets && (c == '!' || c == ':')) {
        return i;
      }
    }
    return end;
  }

  private Text shown(Object value, String specification) {
    if (!escaping) {
      return FormatSpec.format(runtime, value, specification);
    }
    if (value instanceof Text text && text.isMarkup()) {
      if (!specification.isEmpty()) {
        throw Failure.error("Unsupported format specification for Markup.");
      }
      return text;
    }
    return Markup.escape(FormatSpec.format(runtime, value, specification));
  }

  private Object converted(Object value, char conversion) {
    return switch (conversion) {
      case 's' -> Repr.str(runtime, value);
      case 'r' -> Repr.repr(runtime, value);
      case 'a' -> Repr.ascii(runtime, value);
      default -> throw Failure.error("Unknown conversion specifier " + conversion);
    };
  }

  /** The value of a field name such as {@code 0.name[key]}. */
  private Object value(String name) {
    int at = 0;
    while (at < name.length() && name.charAt(at) != '.' && name.charAt(at) != '[') {
      at++;
    }
    Object value = argument(name.substring(0, at));
    while (at < name.length()) {
      boolean attribute = name.charAt(at) == '.';
      int end = attribute ? attributeEnd(name, at + 1) : name.indexOf(']', at);
      if (end <= at + 1) {
        throw Failure.error(
            end < 0 ? "Missing ']' in format string" : "Empty attribute in format string");
      }
      String part = name.substring(at + 1, end);
      value =
          attribute
              ? Subscript.attribute(value, part)
              : Subscript.item(runtime, value, isNumber(part) ? number(part) : Text.of(part));
      at = attribute ? end : end + 1;
    }
    return value;
  }

  private static int attributeEnd(String name, int from) {
    int at = from;
    while (at < name.length() && name.charAt(at) != '.' && name.charAt(at) != '[') {
      at++;
    }
    return at;
  }

  private Object argument(String name) {
    if (!name.isEmpty() && !isNumber(name)) {
      Object value = arguments.named().get(name);
      if (value == null) {
        throw Failure.error("KeyError: '" + name + "'");
      }
      return value;
    }
    if (name.isEmpty() ? automatic < 0 : automatic > 0) {
      throw Failure.error("cannot switch between manual and automatic field numbering");
    }
    long index = name.isEmpty() ? automatic++ : number(name);
    automatic = name.isEmpty() ? automatic : -1;
    if (index >= arguments.positional().size()) {
      throw Failure.error("Replacement index " + index + " out of range");
    }
    return arguments.positional().get((int) index);
  }

  private static boolean isNumber(String part) {
    return !part.isEmpty() && part.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private static long number(String digits) {
    if (digits.length() > 9) {
      throw Failure.error("Too many decimal digits in format string");
    }
    return Long.parseLong(digits);
  }
}
