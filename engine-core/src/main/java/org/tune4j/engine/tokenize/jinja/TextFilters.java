package org.tune4j.engine.tokenize.jinja;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Filters that give text. */
final class TextFilters {
  private static final Text SPACE = Text.of(" ");

  /** jinja2's tolerance before it truncates. */
  private static final int LEEWAY = 5;

  private TextFilters() {}

  static void addTo(Map<String, Filter> all) {
    text(all, "upper", (r, v, a) -> Casing.upper(Repr.softStr(r, v)));
    text(all, "lower", (r, v, a) -> Casing.lower(Repr.softStr(r, v)));
    text(all, "capitalize", (r, v, a) -> capitalized(Repr.softStr(r, v)));
    text(all, "title", (r, v, a) -> Casing.titledWords(Repr.softStr(r, v)));
    text(all, "string", (r, v, a) -> Repr.softStr(r, v));
    text(all, "safe", (r, v, a) -> Repr.softStr(r, v).asMarkup(true));
    text(all, "escape", (r, v, a) -> Markup.escape(Repr.softStr(r, v)));
    text(all, "e", (r, v, a) -> Markup.escape(Repr.softStr(r, v)));
    text(all, "forceescape", (r, v, a) -> Markup.forced(Repr.softStr(r, v)));
    text(
        all,
        "trim [ chars",
        (r, v, a) -> {
          Text chars = Filters.isNone(a[0]) ? null : textOf(a[0]);
          return Strip.strip(Repr.softStr(r, v), chars, true, true);
        });
    text(
        all,
        "center [ width",
        (r, v, a) -> {
          Text text = Repr.softStr(r, v);
          return Replace.centered(text, Numbers.index(a[0], 80, "width"), SPACE)
              .asMarkup(text.isMarkup());
        });
    text(
        all,
        "replace old new [ count",
        (r, v, a) ->
            Replace.replace(Repr.str(r, v), Repr.str(r, a[0]), Repr.str(r, a[1]), count(a[2])));
    text(all, "indent [ width first blank", TextFilters::indented);
    text(all, "truncate [ length killwords end leeway", TextFilters::truncated);
    text(all, "join [ d attribute", TextFilters::joined);
    text(
        all,
        "tojson [ ensure_ascii indent separators sort_keys",
        (r, v, a) -> JsonText.dumps(r, v, a[0], a[1], a[2], a[3]));
    text(all, "urlencode", (r, v, a) -> urlEncoded(r, v));
    text(all, "xmlattr [ autospace", TextFilters::attributes);
    all.put("format", TextFilters::formatted);
  }

  /** Adds a filter of which the work and the result are counted. */
  private static void text(Map<String, Filter> all, String signature, Filter.Body body) {
    Filters.add(
        all,
        signature,
        (runtime, value, arguments) -> {
          if (value instanceof Text text) {
            boolean byText = arguments.length > 0 && arguments[0] instanceof Text;
            runtime.search(text, byText ? (Text) arguments[0] : Text.EMPTY);
          }
          Object result = body.apply(runtime, value, arguments);
          return result instanceof Text text ? runtime.made(text) : result;
        });
  }

  private static Text textOf(Object value) {
    if (!(value instanceof Text text)) {
      throw Failure.error("must be str, not " + TypeName.of(value));
    }
    return text;
  }

  private static long count(Object value) {
    return Filters.isNone(value) ? -1 : Numbers.index(value, "count");
  }

  private static Text capitalized(Text text) {
    return Casing.capitalized(text).asMarkup(text.isMarkup());
  }

  private static Text indented(Runtime runtime, Object value, Object[] arguments) {
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    Text text = textOf(value);
    Text indention =
        arguments[0] instanceof Text given
            ? given
            : new Text("", Mark.TEMPLATE)
                .plus(spaces(Math.max(0, Numbers.index(arguments[0], 4, "width"))));
    boolean blank = Filters.flag(arguments[2]);
    List<Object> lines = Split.lines(text.plus(Text.of("\n")), false);
    TextBuilder builder = new TextBuilder();
    int end = 0;
    for (int i = 0; i < lines.size(); i++) {
      Text line = (Text) lines.get(i);
      if (i > 0) {
        builder.append('\n', text.markAt(end));
        end += text.value().startsWith("\r\n", end) ? 2 : 1;
      }
      if (i > 0 ? blank || !line.isEmpty() : Filters.flag(arguments[1])) {
        builder.append(indention);
      }
      builder.append(line);
      end += line.length();
    }
    return builder.toText().asMarkup(text.isMarkup());
  }

  private static Text spaces(long count) {
    return new TextBuilder().repeat(' ', count, Mark.TEMPLATE).toText();
  }

  private static Object truncated(Runtime runtime, Object value, Object[] arguments) {
    long length = Numbers.index(arguments[0], 255, "length");
    Text end = arguments[2] == null ? Text.of("...") : textOf(arguments[2]);
    long leeway = Filters.isNone(arguments[3]) ? LEEWAY : Numbers.index(arguments[3], "leeway");
    if (length < end.codePointCount() || leeway < 0) {
      throw Failure.error("expected length >= " + end.codePointCount() + ", got " + length);
    }
    if (Iteration.lengthOf(value) <= length + leeway) {
      return value;
    }
    Text text = textOf(value);
    Text cut = text.slice(0, text.charIndex((int) length - end.codePointCount()));
    if (!Filters.flag(arguments[1])) {
      cut = (Text) Split.fromRight(cut, SPACE, 1).get(0);
    }
    return Markup.sum(cut, end);
  }

  private static Text joined(Runtime runtime, Object value, Object[] arguments) {
    Text separator = arguments[0] == null ? Text.EMPTY : Repr.str(runtime, arguments[0]);
    AttributePath path = AttributePath.of(arguments[1], null);
    TextBuilder builder = new TextBuilder();
    boolean first = true;
    for (Object item : Iteration.list(runtime, value)) {
      if (!first) {
        builder.append(separator);
      }
      first = false;
      builder.append(Repr.str(runtime, path.get(runtime, item)));
    }
    return builder.toText();
  }

  private static Object formatted(Runtime runtime, Object value, Arguments arguments) {
    if (!arguments.positional().isEmpty() && !arguments.named().isEmpty()) {
      throw Failure.error("can't handle positional and keyword arguments at the same time");
    }
    Object values = new TupleValue(arguments.positional());
    if (!arguments.named().isEmpty()) {
      DictValue named = new DictValue();
      arguments.named().forEach((name, one) -> named.put(Text.of(name), one));
      values = named;
    }
    return runtime.made(PercentFormat.format(runtime, Repr.softStr(runtime, value), values));
  }

  private static Text urlEncoded(Runtime runtime, Object value) {
    if (value instanceof Text || Iteration.iteratorOrNull(value) == null) {
      return quoted(Repr.str(runtime, value), "/");
    }
    Object pairs =
        value instanceof DictValue dict ? new DictView(dict, DictView.Part.ITEMS) : value;
    TextBuilder builder = new TextBuilder();
    for (Object pair : Iteration.list(pairs)) {
      List<Object> both = Iteration.list(pair);
      if (both.size() != 2) {
        throw Failure.error("urlencode needs pairs");
      }
      if (builder.length() > 0) {
        builder.append("&", Mark.TEMPLATE);
      }
      builder.append(quoted(Repr.str(runtime, both.get(0)), "")).append("=", Mark.TEMPLATE);
      builder.append(quoted(Repr.str(runtime, both.get(1)), ""));
    }
    return builder.toText();
  }

  /** Percent encoding; in a query, where a slash is not safe, a space becomes a plus sign. */
  private static Text quoted(Text text, String alsoSafe) {
    TextBuilder builder = new TextBuilder();
    for (int i = 0; i < text.length(); ) {
      int c = text.value().codePointAt(i);
      int next = i + Character.charCount(c);
      boolean plain = c < 128 && Character.isLetterOrDigit(c) || "_.-~".indexOf(c) >= 0;
      if (plain || alsoSafe.indexOf(c) >= 0) {
        builder.append(text, i, next);
      } else if (c == ' ' && alsoSafe.isEmpty()) {
        builder.append('+', text.markAt(i));
      } else {
        for (byte b : text.value().substring(i, next).getBytes(StandardCharsets.UTF_8)) {
          builder.append(String.format("%%%02X", b), text.markAt(i));
        }
      }
      i = next;
    }
    return builder.toText();
  }

  private static Text attributes(Runtime runtime, Object value, Object[] arguments) {
    if (!(value instanceof DictValue dict)) {
      throw Failure.error("xmlattr needs a dict, not " + TypeName.of(value));
    }
    List<Text> parts = new ArrayList<>();
    for (DictValue.Entry entry : dict.entries()) {
      if (entry.value() == None.NONE || entry.value() instanceof Undefined) {
        continue;
      }
      Text key = textOf(entry.key());
      if (key.value().chars().anyMatch(c -> " \t\n\r\f\u000B/>=".indexOf(c) >= 0)) {
        throw Failure.error("Invalid character in attribute name: " + Repr.brief(key));
      }
      Text escaped = Markup.escape(Repr.softStr(runtime, entry.value()));
      parts.add(
          new TextBuilder()
              .append(Markup.escape(key))
              .append("=\"", Mark.TEMPLATE)
              .append(escaped)
              .append("\"", Mark.TEMPLATE)
              .toText());
    }
    TextBuilder builder = new TextBuilder();
    boolean spaced = arguments[0] == null || Truth.of(arguments[0]);
    for (Text part : parts) {
      builder.append(builder.length() > 0 || spaced ? " " : "", Mark.TEMPLATE).append(part);
    }
    return builder.toText();
  }
}
