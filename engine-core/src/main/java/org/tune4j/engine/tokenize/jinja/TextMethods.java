package org.tune4j.engine.tokenize.jinja;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The methods of Python's {@code str}. */
final class TextMethods {
  /** A method: what it is called on, and its arguments in the order of its parameters. */
  private interface Body {
    Object call(Runtime runtime, Text text, Object[] arguments);
  }

  private record Method(Signature signature, Body body) {}

  private static final Text SPACE = Text.of(" ");
  private static final Map<String, Method> METHODS = new LinkedHashMap<>();

  /** Methods of which markup gives markup, and escapes what goes into it. */
  private static final Set<String> ESCAPING = Set.of("ljust", "rjust", "center", "replace");

  static {
    casing();
    stripping();
    splitting();
    padding();
    searching();
    tests();
    method("replace /old /new [ /count", (r, t, a) -> replace(t, a));
    method("expandtabs [ tabsize", (r, t, a) -> Replace.expandTabs(t, number(a[0], 8)));
    method("join /iterable", (r, t, a) -> join(r, t, a[0]));
    method("format_map /mapping", (r, t, a) -> BraceFormat.format(r, t, mapping(a[0])));
  }

  private TextMethods() {}

  private static void casing() {
    method("upper", (r, t, a) -> Casing.upper(t));
    method("lower", (r, t, a) -> Casing.lower(t));
    method("casefold", (r, t, a) -> Casing.folded(t));
    method("capitalize", (r, t, a) -> Casing.capitalized(t));
    method("title", (r, t, a) -> Casing.titled(t));
    method("swapcase", (r, t, a) -> Casing.swapped(t));
  }

  private static void stripping() {
    method("strip [ /chars", (r, t, a) -> Strip.strip(t, optional(a[0]), true, true));
    method("lstrip [ /chars", (r, t, a) -> Strip.strip(t, optional(a[0]), true, false));
    method("rstrip [ /chars", (r, t, a) -> Strip.strip(t, optional(a[0]), false, true));
    method(
        "removeprefix /prefix",
        (r, t, a) ->
            t.value().startsWith(text(a[0]).value())
                ? t.slice(text(a[0]).length(), t.length())
                : t);
    method(
        "removesuffix /suffix",
        (r, t, a) ->
            t.value().endsWith(text(a[0]).value())
                ? t.slice(0, t.length() - text(a[0]).length())
                : t);
  }

  private static void splitting() {
    method(
        "split [ sep maxsplit",
        (r, t, a) -> list(r, Split.fromLeft(t, optional(a[0]), number(a[1], -1))));
    method(
        "rsplit [ sep maxsplit",
        (r, t, a) -> list(r, Split.fromRight(t, optional(a[0]), number(a[1], -1))));
    method(
        "splitlines [ keepends",
        (r, t, a) -> list(r, Split.lines(t, a[0] != null && Truth.of(a[0]))));
    method("partition /sep", (r, t, a) -> Split.partition(t, text(a[0])));
    method("rpartition /sep", (r, t, a) -> Split.partitionFromRight(t, text(a[0])));
  }

  private static void padding() {
    method(
        "center /width [ /fillchar", (r, t, a) -> Replace.centered(t, number(a[0], 0), fill(a[1])));
    method(
        "ljust /width [ /fillchar", (r, t, a) -> Replace.padded(t, 0, missing(t, a), fill(a[1])));
    method(
        "rjust /width [ /fillchar", (r, t, a) -> Replace.padded(t, missing(t, a), 0, fill(a[1])));
    method("zfill /width", (r, t, a) -> Replace.zeroFilled(t, number(a[0], 0)));
  }

  private static void searching() {
    method("find /sub [ /start /end", (r, t, a) -> Search.find(t, text(a[0]), false, a[1], a[2]));
    method("rfind /sub [ /start /end", (r, t, a) -> Search.find(t, text(a[0]), true, a[1], a[2]));
    method("index /sub [ /start /end", (r, t, a) -> Search.index(t, text(a[0]), false, a[1], a[2]));
    method("rindex /sub [ /start /end", (r, t, a) -> Search.index(t, text(a[0]), true, a[1], a[2]));
    method("count /sub [ /start /end", (r, t, a) -> Search.count(t, text(a[0]), a[1], a[2]));
    method(
        "startswith /prefix [ /start /end",
        (r, t, a) -> Search.touches(t, a[0], false, a[1], a[2]));
    method(
        "endswith /suffix [ /start /end", (r, t, a) -> Search.touches(t, a[0], true, a[1], a[2]));
  }

  private static void tests() {
    all("isalpha", Character::isLetter);
    all("isalnum", Characters::isAlphanumeric);
    all("isdecimal", Characters::isDecimal);
    all("isdigit", Characters::isDigit);
    all("isnumeric", Characters::isNumeric);
    all("isspace", Characters::isSpace);
    test("isascii", text -> text.value().chars().allMatch(c -> c < 128));
    test("isprintable", text -> text.value().codePoints().allMatch(Characters::isPrintable));
    test("islower", Characters::isLower);
    test("isupper", Characters::isUpper);
    test("istitle", Characters::isTitle);
    test("isidentifier", Characters::isIdentifier);
  }

  private static void all(String name, IntPredicate kind) {
    test(name, text -> Characters.all(text, kind));
  }

  private static void test(String name, Predicate<Text> test) {
    method(name, (r, t, a) -> test.test(t));
  }

  private static void method(String signature, Body body) {
    Signature parsed = Signature.of(signature);
    METHODS.put(parsed.name(), new Method(parsed, body));
  }

  /** A method bound to its text, or null. */
  static Callable of(Text text, String name) {
    if (name.equals("format")) {
      return (runtime, arguments) ->
          runtime.made(BraceFormat.format(runtime, text, arguments).asMarkup(text.isMarkup()));
    }
    Method method = METHODS.get(name);
    if (method == null) {
      return null;
    }
    return (runtime, arguments) -> {
      Object[] values = method.signature().bind(arguments);
      runtime.search(text, values.length > 0 && values[0] instanceof Text part ? part : Text.EMPTY);
      if (text.isMarkup() && ESCAPING.contains(name) && values[1] instanceof Text inserted) {
        values[1] = Markup.escape(inserted);
      }
      Object result = method.body().call(runtime, text, values);
      return text.isMarkup() || result instanceof Text ? finished(runtime, text, result) : result;
    };
  }

  /** Counts a new text, and makes markup of what markup gave. */
  private static Object finished(Runtime runtime, Text text, Object result) {
    if (result instanceof Text made) {
      return runtime.made(made.asMarkup(text.isMarkup()));
    }
    if (result instanceof SequenceValue sequence) {
      List<Object> parts =
          sequence.items().stream()
              .map(part -> ((Text) part).asMarkup(true))
              .collect(Collectors.toList());
      return sequence.with(parts);
    }
    return result;
  }

  private static Object list(Runtime runtime, List<Object> parts) {
    runtime.step(4L * parts.size());
    return new ListValue(parts);
  }

  private static Text join(Runtime runtime, Text separator, Object iterable) {
    TextBuilder builder = new TextBuilder();
    int index = 0;
    for (Iterator<Object> items = Iteration.iterator(iterable); items.hasNext(); index++) {
      Object item = items.next();
      runtime.step(1);
      if (index > 0) {
        builder.append(separator);
      }
      if (separator.isMarkup()) {
        builder.append(Markup.escape(Repr.softStr(runtime, item)));
      } else if (item instanceof Text text) {
        builder.append(text);
      } else {
        throw Failure.error(
            "sequence item " + index + ": expected str instance, " + TypeName.of(item) + " found");
      }
    }
    return builder.toText();
  }

  private static Text replace(Text text, Object[] arguments) {
    return Replace.replace(text, text(arguments[0]), text(arguments[1]), number(arguments[2], -1));
  }

  private static Arguments mapping(Object mapping) {
    if (!(mapping instanceof DictValue dict)) {
      throw Failure.error("format_map() argument must be a mapping, not " + TypeName.of(mapping));
    }
    Map<String, Object> named = new LinkedHashMap<>();
    for (DictValue.Entry entry : dict.entries()) {
      if (entry.key() instanceof Text name) {
        named.put(name.value(), entry.value());
      }
    }
    return new Arguments(List.of(), named);
  }

  private static long missing(Text text, Object[] arguments) {
    return number(arguments[0], 0) - text.codePointCount();
  }

  private static Text fill(Object value) {
    return value == null ? SPACE : text(value);
  }

  private static Text text(Object value) {
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (!(value instanceof Text text)) {
      throw Failure.error("must be str, not " + TypeName.of(value));
    }
    return text;
  }

  private static Text optional(Object value) {
    return value == null || value == None.NONE ? null : text(value);
  }

  private static long number(Object value, long otherwise) {
    return Numbers.index(value, otherwise, "argument");
  }
}
