package org.tune4j.engine.tokenize.jinja;

import java.util.List;

/** Python's order of values: numbers, strings by code point, sequences item by item. */
final class Order {
  private Order() {}

  /** Whether {@code a operator b} holds, the operator being one of {@code < <= > >=}. */
  static boolean is(Runtime runtime, Object a, String operator, Object b) {
    return is(runtime, a, operator, b, 0);
  }

  private static boolean is(Runtime runtime, Object a, String operator, Object b, int depth) {
    Limits.checkDepth(depth);
    runtime.step(1);
    if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
      return !Numbers.isNan(a) && !Numbers.isNan(b) && holds(Numbers.compare(a, b), operator);
    }
    if (a instanceof Text x && b instanceof Text y) {
      runtime.copy(x);
      return holds(byCodePoint(x.value(), y.value()), operator);
    }
    if (a instanceof ListValue x && b instanceof ListValue y) {
      return is(runtime, x.items(), operator, y.items(), depth);
    }
    if (a instanceof TupleValue x && b instanceof TupleValue y) {
      return is(runtime, x.items(), operator, y.items(), depth);
    }
    if (a instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (b instanceof Undefined undefined) {
      throw undefined.failure();
    }
    throw Failure.error(
        "'"
            + operator
            + "' not supported between instances of '"
            + TypeName.of(a)
            + "' and '"
            + TypeName.of(b)
            + "'");
  }

  private static boolean is(
      Runtime runtime, List<Object> a, String operator, List<Object> b, int depth) {
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      if (!Equality.equal(runtime, a.get(i), b.get(i))) {
        return is(runtime, a.get(i), operator, b.get(i), depth + 1);
      }
    }
    return holds(Integer.compare(a.size(), b.size()), operator);
  }

  private static boolean holds(int order, String operator) {
    return switch (operator) {
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      default -> order >= 0;
    };
  }

  /** Java compares UTF-16 units, which puts characters beyond U+FFFF before some below. */
  static int byCodePoint(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        boolean oneIsHalf = Character.isSurrogate(x) != Character.isSurrogate(y);
        return oneIsHalf ? Character.isSurrogate(x) ? 1 : -1 : Character.compare(x, y);
      }
    }
    return Integer.compare(a.length(), b.length());
  }
}
