package org.tune4j.engine.tokenize.jinja;

import java.math.BigInteger;
import java.util.Set;

/** The attributes of values: their methods, and what the sandbox keeps back. */
final class Methods {
  /** What jinja2's immutable sandbox forbids on dicts. */
  private static final Set<String> CHANGES_DICT =
      Set.of("clear", "pop", "popitem", "setdefault", "update");

  /** What jinja2's immutable sandbox forbids on lists. */
  private static final Set<String> CHANGES_LIST =
      Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");

  private static final Signature FIRST = Signature.of("method value [ start stop");
  private static final Signature GET = Signature.of("get /key [ /default");
  private static final Signature NOTHING = Signature.of("method");

  private Methods() {}

  /** The attribute of a value; undefined if it is forbidden, null if there is none. */
  static Object of(Object object, String name) {
    if (object instanceof Text text) {
      return TextMethods.of(text, name);
    }
    if (object instanceof DictValue dict) {
      return CHANGES_DICT.contains(name) ? Undefined.unsafe(object, name) : dict(dict, name);
    }
    if (object instanceof SequenceValue sequence) {
      boolean forbidden = object instanceof ListValue && CHANGES_LIST.contains(name);
      return forbidden ? Undefined.unsafe(object, name) : sequence(sequence, name);
    }
    if (object instanceof RangeValue range && !name.equals("copy")) {
      return sequence(new ListValue(range.items()), name);
    }
    if (Numbers.isNumber(object)) {
      return number(object, name);
    }
    if (object instanceof Macro macro) {
      return macro.attribute(name);
    }
    return object instanceof Globals.Stateful stateful ? stateful.attribute(name) : null;
  }

  private static Object dict(DictValue dict, String name) {
    return switch (name) {
      case "get" -> (Callable) (runtime, arguments) -> get(dict, GET.bind(arguments));
      case "items" -> view(dict, DictView.Part.ITEMS);
      case "keys" -> view(dict, DictView.Part.KEYS);
      case "values" -> view(dict, DictView.Part.VALUES);
      case "copy" -> constant(dict);
      default -> null;
    };
  }

  private static Object get(DictValue dict, Object[] arguments) {
    Object value = dict.get(arguments[0]);
    if (value != null) {
      return value;
    }
    return arguments[1] == null ? None.NONE : arguments[1];
  }

  private static Callable view(DictValue dict, DictView.Part part) {
    return constant(new DictView(dict, part));
  }

  private static Callable constant(Object value) {
    return (runtime, arguments) -> {
      NOTHING.bind(arguments);
      return value;
    };
  }

  private static Object sequence(SequenceValue sequence, String name) {
    return switch (name) {
      case "count" ->
          (Callable)
              (runtime, arguments) -> {
                Object wanted = FIRST.bind(arguments)[0];
                runtime.step(sequence.items().size());
                return sequence.items().stream()
                    .filter(i -> Equality.equal(runtime, i, wanted))
                    .count();
              };
      case "index" -> (Callable) (runtime, arguments) -> index(runtime, sequence, arguments);
      case "copy" -> sequence instanceof ListValue ? constant(sequence) : null;
      default -> {
        int at = sequence instanceof TupleValue tuple ? tuple.names().indexOf(name) : -1;
        yield at < 0 ? null : sequence.items().get(at);
      }
    };
  }

  private static Object index(Runtime runtime, SequenceValue sequence, Arguments arguments) {
    Object[] values = FIRST.bind(arguments);
    int size = sequence.items().size();
    long from = bound(values[1], 0, size);
    long to = bound(values[2], size, size);
    runtime.step(size);
    for (long i = from; i < Math.min(to, size); i++) {
      if (Equality.equal(runtime, sequence.items().get((int) i), values[0])) {
        return i;
      }
    }
    throw Failure.error(Repr.brief(values[0]) + " is not in list");
  }

  private static long bound(Object value, long otherwise, int size) {
    long index = Numbers.index(value, otherwise, "index");
    return index < 0 ? Math.max(0, Math.max(index, -size) + size) : index;
  }

  private static Object number(Object number, String name) {
    if (number instanceof Double value) {
      return name.equals("is_integer") ? constant(value == Math.rint(value)) : null;
    }
    BigInteger value = Numbers.big(number);
    return name.equals("bit_length") ? constant((long) value.abs().bitLength()) : null;
  }
}
