package org.tune4j.engine.tokenize.jinja;

/** A filter: {@code value|name(arguments)}. */
interface Filter {
  Object apply(Runtime runtime, Object value, Arguments arguments);

  /** A filter whose arguments come in the order of its parameters, null where one is left out. */
  interface Body {
    Object apply(Runtime runtime, Object value, Object[] arguments);
  }

  static Filter of(Signature signature, Body body) {
    return (runtime, value, arguments) -> body.apply(runtime, value, signature.bind(arguments));
  }
}
