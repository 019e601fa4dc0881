package org.tune4j.engine.tokenize.jinja;

import java.util.List;
import java.util.Map;

/** The functions that every template has. */
final class Globals {
  /** A value with attributes of its own. */
  interface Stateful {
    /** The attribute, or null. */
    Object attribute(String name);
  }

  private static final Signature RANGE = Signature.of("range /a [ /b /c");
  private static final Signature MESSAGE = Signature.of("raise_exception message");
  private static final Signature FORMAT = Signature.of("strftime_now format");
  private static final Signature SEPARATOR = Signature.of("joiner [ sep");
  private static final Signature NOTHING = Signature.of("method");
  private static final Signature KEYS = Signature.of("fromkeys /iterable [ /value");

  /** The variable {@code self} is there, but a template that stands alone has no blocks. */
  private static final Stateful SELF = name -> null;

  static final Map<String, Object> ALL =
      Map.of(
          "self", SELF,
          "range", (Callable) (runtime, arguments) -> range(RANGE.bind(arguments)),
          "dict", new DictFunction(),
          "namespace", (Callable) (runtime, arguments) -> namespace(runtime, arguments),
          "cycler", (Callable) (runtime, arguments) -> new Cycler(arguments),
          "joiner", (Callable) (runtime, arguments) -> new Joiner(SEPARATOR.bind(arguments)[0]),
          "raise_exception",
              (Callable)
                  (runtime, arguments) -> {
                    throw Failure.refusal(Repr.str(runtime, MESSAGE.bind(arguments)[0]).value());
                  },
          "strftime_now", (Callable) (runtime, arguments) -> now(runtime, arguments));

  private Globals() {}

  private static Object range(Object[] bounds) {
    if (bounds[1] == null) {
      return RangeValue.of(0, Numbers.index(bounds[0], "range() argument"), 1);
    }
    return RangeValue.of(
        Numbers.index(bounds[0], "range() argument"),
        Numbers.index(bounds[1], "range() argument"),
        Numbers.index(bounds[2], 1, "range() argument"));
  }

  private static Object now(Runtime runtime, Arguments arguments) {
    if (!(FORMAT.bind(arguments)[0] instanceof Text format)) {
      throw Failure.error("strftime() argument 1 must be str");
    }
    return new Text(Strftime.format(runtime.now(), format.value()), format.mark());
  }

  private static Object namespace(Runtime runtime, Arguments arguments) {
    NamespaceValue namespace = new NamespaceValue();
    for (DictValue.Entry entry : dict(runtime, arguments).entries()) {
      namespace.set(name(entry.key()), entry.value());
    }
    return namespace;
  }

  private static String name(Object key) {
    if (!(key instanceof Text text)) {
      throw Failure.error("attribute name must be string, not " + TypeName.of(key));
    }
    return text.value();
  }

  /** Python's {@code dict(...)}: a mapping or pairs, then values by name. */
  private static DictValue dict(Runtime runtime, Arguments arguments) {
    DictValue dict = new DictValue();
    if (arguments.positional().size() > 1) {
      throw Failure.error("dict expected at most 1 argument");
    }
    for (Object source : arguments.positional()) {
      if (source instanceof DictValue other) {
        runtime.enterInDict(other.size());
        dict.putAll(other);
        continue;
      }
      List<Object> pairs = Iteration.list(runtime, source);
      runtime.enterInDict(pairs.size());
      for (Object pair : pairs) {
        List<Object> both = Iteration.list(pair);
        if (both.size() != 2) {
          throw Failure.error("dictionary update sequence element must have length 2");
        }
        dict.put(both.get(0), both.get(1));
      }
    }
    arguments.named().forEach((name, value) -> dict.put(Text.of(name), value));
    return dict;
  }

  private static final class DictFunction implements Callable, Stateful {
    @Override
    public Object call(Runtime runtime, Arguments arguments) {
      return dict(runtime, arguments);
    }

    @Override
    public Object attribute(String name) {
      return name.equals("fromkeys") ? (Callable) DictFunction::fromKeys : null;
    }

    private static Object fromKeys(Runtime runtime, Arguments arguments) {
      Object[] values = KEYS.bind(arguments);
      DictValue dict = new DictValue();
      List<Object> keys = Iteration.list(runtime, values[0]);
      runtime.enterInDict(keys.size());
      for (Object key : keys) {
        dict.put(key, values[1] == null ? None.NONE : values[1]);
      }
      return dict;
    }
  }

  /** {@code cycler(...)}: gives its items in turn. */
  private static final class Cycler implements Stateful {
    private final List<Object> items;
    private int position;

    Cycler(Arguments arguments) {
      this.items = arguments.positional();
      if (items.isEmpty() || !arguments.named().isEmpty()) {
        throw Failure.error("at least one item has to be provided");
      }
    }

    @Override
    public Object attribute(String name) {
      return switch (name) {
        case "current" -> items.get(position);
        case "next" -> (Callable) (runtime, arguments) -> next(arguments);
        case "reset" -> (Callable) (runtime, arguments) -> reset(arguments);
        default -> null;
      };
    }

    private Object next(Arguments arguments) {
      NOTHING.bind(arguments);
      Object item = items.get(position);
      position = (position + 1) % items.size();
      return item;
    }

    private Object reset(Arguments arguments) {
      NOTHING.bind(arguments);
      position = 0;
      return None.NONE;
    }
  }

  /** {@code joiner(...)}: nothing at the first call, the separator at all others. */
  private static final class Joiner implements Callable {
    private final Object separator;
    private boolean used;

    Joiner(Object separator) {
      this.separator = separator == null ? Text.of(", ") : separator;
    }

    @Override
    public Object call(Runtime runtime, Arguments arguments) {
      NOTHING.bind(arguments);
      boolean first = !used;
      used = true;
      return first ? Text.EMPTY : separator;
    }
  }
}
