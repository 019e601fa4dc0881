package org.tune4j.engine.tokenize.jinja;

import java.math.BigInteger;

/** What Python calls the types, for messages. */
final class TypeName {
  private TypeName() {}

  static String of(Object value) {
    if (value instanceof Text text) {
      return text.isMarkup() ? "Markup" : "str";
    }
    if (value instanceof Long || value instanceof BigInteger) {
      return "int";
    }
    if (value instanceof Double) {
      return "float";
    }
    if (value instanceof Boolean) {
      return "bool";
    }
    if (value instanceof ListValue) {
      return "list";
    }
    if (value instanceof TupleValue) {
      return "tuple";
    }
    if (value instanceof DictValue) {
      return "dict";
    }
    if (value instanceof RangeValue) {
      return "range";
    }
    return ofOther(value);
  }

  private static String ofOther(Object value) {
    if (value == None.NONE) {
      return "NoneType";
    }
    if (value instanceof Undefined) {
      return "Undefined";
    }
    if (value instanceof DictView view) {
      return view.part().typeName();
    }
    if (value instanceof NamespaceValue) {
      return "Namespace";
    }
    if (value instanceof LoopValue) {
      return "LoopContext";
    }
    if (value instanceof Macro) {
      return "Macro";
    }
    return value instanceof IteratorValue ? "generator" : "builtin_function_or_method";
  }

  /** As jinja2 speaks of a value of the type. */
  static String ofObject(Object value) {
    return value == None.NONE ? "None" : of(value) + " object";
  }
}
