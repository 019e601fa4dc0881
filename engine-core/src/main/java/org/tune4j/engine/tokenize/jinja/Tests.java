package org.tune4j.engine.tokenize.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** All tests by name: {@code value is name(arguments)}. */
final class Tests {
  private interface Test {
    boolean holds(Runtime runtime, Object value, Arguments arguments);
  }

  private interface Comparison {
    boolean holds(Runtime runtime, Object value, Object other);
  }

  private static final Map<String, Test> ALL = new HashMap<>();

  static {
    plain("defined", v -> !(v instanceof Undefined));
    plain("undefined", v -> v instanceof Undefined);
    plain("none", v -> v == None.NONE);
    plain("boolean", v -> v instanceof Boolean);
    plain("false", v -> Boolean.FALSE.equals(v));
    plain("true", v -> Boolean.TRUE.equals(v));
    plain("integer", v -> Numbers.isInteger(v) && !(v instanceof Boolean));
    plain("float", v -> v instanceof Double);
    plain("number", Numbers::isNumber);
    plain("string", v -> v instanceof Text);
    plain("mapping", v -> v instanceof DictValue);
    plain("sequence", Tests::isSequence);
    plain("iterable", v -> v instanceof LoopValue || Iteration.iteratorOrNull(v) != null);
    plain("callable", v -> v instanceof Callable || v instanceof Undefined);
    plain("escaped", v -> v instanceof Text text && text.isMarkup());
    ALL.put("lower", (r, v, a) -> Characters.isLower(Repr.str(r, v)));
    ALL.put("upper", (r, v, a) -> Characters.isUpper(Repr.str(r, v)));
    plain("filter", v -> v instanceof Text name && Filters.ALL.containsKey(name.value()));
    plain("test", v -> v instanceof Text name && isKnown(name.value()));
    comparison("divisibleby num", (r, v, o) -> isZero(r, Arithmetic.binary(r, v, "%", o)));
    ALL.put("odd", (r, v, a) -> Equality.equal(r, Arithmetic.binary(r, v, "%", 2L), 1L));
    ALL.put("even", (r, v, a) -> isZero(r, Arithmetic.binary(r, v, "%", 2L)));
    comparison("sameas other", (r, v, o) -> isSame(v, o));
    comparison("in seq", (r, v, o) -> Iteration.contains(r, o, v));
    comparisons((r, v, o) -> Equality.equal(r, v, o), "==", "eq", "equalto");
    comparisons((r, v, o) -> !Equality.equal(r, v, o), "!=", "ne");
    comparisons((r, v, o) -> Order.is(r, v, ">", o), ">", "gt", "greaterthan");
    comparisons((r, v, o) -> Order.is(r, v, ">=", o), ">=", "ge");
    comparisons((r, v, o) -> Order.is(r, v, "<", o), "<", "lt", "lessthan");
    comparisons((r, v, o) -> Order.is(r, v, "<=", o), "<=", "le");
  }

  private Tests() {}

  private static void plain(String name, Predicate<Object> test) {
    Signature signature = new Signature(name, List.of(), 0);
    ALL.put(
        name,
        (runtime, value, arguments) -> {
          signature.bind(arguments);
          return test.test(value);
        });
  }

  private static void comparison(String text, Comparison comparison) {
    Signature signature = Signature.of(text);
    ALL.put(
        signature.name(),
        (runtime, value, arguments) ->
            comparison.holds(runtime, value, signature.bind(arguments)[0]));
  }

  private static void comparisons(Comparison comparison, String... names) {
    for (String name : names) {
      comparison(name + " /other", comparison);
    }
  }

  private static boolean isSequence(Object value) {
    return value instanceof Text
        || value instanceof SequenceValue
        || value instanceof DictValue
        || value instanceof RangeValue
        || value instanceof Undefined;
  }

  private static boolean isZero(Runtime runtime, Object number) {
    return Equality.equal(runtime, number, 0L);
  }

  private static boolean isSame(Object a, Object b) {
    boolean shared = a instanceof Boolean || a instanceof Long || a instanceof Text;
    return a == b || shared && a.equals(b);
  }

  static boolean isKnown(String name) {
    return ALL.containsKey(name);
  }

  static boolean holds(Runtime runtime, String name, Object value, Arguments arguments) {
    Test test = ALL.get(name);
    if (test == null) {
      throw Failure.error("No test named '" + name + "' found.");
    }
    runtime.step(1);
    return test.holds(runtime, value, arguments);
  }
}
