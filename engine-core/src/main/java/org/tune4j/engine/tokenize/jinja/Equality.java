package org.tune4j.engine.tokenize.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;

/** When Python calls two values equal. */
final class Equality {
  private static final Object UNDEFINED = new Object();

  /** Keys are compared without being counted, so they must be small. */
  private static final int MAX_KEY_DEPTH = 2;

  private static final int MAX_KEY_ITEMS = 8;

  private Equality() {}

  static boolean equal(Runtime runtime, Object a, Object b) {
    return equal(runtime, a, b, 0);
  }

  private static boolean equal(Runtime runtime, Object a, Object b, int depth) {
    Limits.checkDepth(depth);
    if (a instanceof Text x && b instanceof Text y) {
      runtime.copy(x);
      return x.equals(y);
    }
    runtime.step(1);
    if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
      return Numbers.equal(a, b);
    }
    if (a instanceof ListValue x && b instanceof ListValue y) {
      return equal(runtime, x.items(), y.items(), depth + 1);
    }
    if (a instanceof TupleValue x && b instanceof TupleValue y) {
      return equal(runtime, x.items(), y.items(), depth + 1);
    }
    if (a instanceof DictValue x && b instanceof DictValue y) {
      return equal(runtime, x, y, depth + 1);
    }
    if (a instanceof RangeValue x && b instanceof RangeValue y) {
      return equal(runtime, x.items(), y.items(), depth + 1);
    }
    return a instanceof Undefined && b instanceof Undefined || a == b;
  }

  private static boolean equal(Runtime runtime, List<Object> a, List<Object> b, int depth) {
    if (a.size() != b.size()) {
      return false;
    }
    Iterator<Object> others = b.iterator();
    for (Object item : a) {
      if (!equal(runtime, item, others.next(), depth)) {
        return false;
      }
    }
    return true;
  }

  private static boolean equal(Runtime runtime, DictValue a, DictValue b, int depth) {
    if (a.size() != b.size()) {
      return false;
    }
    for (DictValue.Entry entry : a.entries()) {
      Object other = b.get(entry.key());
      if (other == null || !equal(runtime, entry.value(), other, depth)) {
        return false;
      }
    }
    return true;
  }

  /**
   * A Java object that equals another one of these exactly where the values are equal as keys of a
   * dict.
   */
  static Object key(Object value) {
    return key(value, 0);
  }

  private static Object key(Object value, int depth) {
    if (depth > MAX_KEY_DEPTH) {
      throw Failure.error("a key nested more than " + MAX_KEY_DEPTH + " deep");
    }
    if (value instanceof Text text) {
      return text.value();
    }
    if (value instanceof Boolean flag) {
      return flag ? 1L : 0L;
    }
    if (value instanceof Double number) {
      return number == Math.rint(number) && !Double.isInfinite(number)
          ? Numbers.narrow(new BigDecimal(number).toBigInteger())
          : number;
    }
    if (value instanceof Long || value instanceof BigInteger || value == None.NONE) {
      return value;
    }
    if (value instanceof TupleValue tuple) {
      if (tuple.items().size() > MAX_KEY_ITEMS) {
        throw Failure.error("a tuple of more than " + MAX_KEY_ITEMS + " items as a key");
      }
      return tuple.items().stream().map(item -> key(item, depth + 1)).collect(Collectors.toList());
    }
    if (value instanceof Undefined) {
      return UNDEFINED;
    }
    if (value instanceof ListValue || value instanceof DictValue) {
      throw Failure.error("unhashable type: '" + TypeName.of(value) + "'");
    }
    return value;
  }
}
