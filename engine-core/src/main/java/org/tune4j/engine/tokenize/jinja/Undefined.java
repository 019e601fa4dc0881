package org.tune4j.engine.tokenize.jinja;

/**
 * jinja2's value for what is not there: it prints as nothing, counts as false and holds nothing;
 * everything else fails with its message, which is put together only then.
 *
 * @param hint the whole message, or null
 * @param owner what lacks it; null for a variable
 * @param name what is lacking
 */
record Undefined(String hint, Object owner, Object name) {
  Undefined(String hint) {
    this(hint, null, null);
  }

  static Undefined variable(String name) {
    return new Undefined(null, null, Text.of(name));
  }

  static Undefined element(Object owner, Object key) {
    return new Undefined(null, owner, key);
  }

  /** What the sandbox keeps from a template. */
  static Undefined unsafe(Object owner, String name) {
    return new Undefined(
        "access to attribute '" + name + "' of '" + TypeName.of(owner) + "' object is unsafe.");
  }

  Failure failure() {
    if (hint != null) {
      return Failure.error(hint);
    }
    String missing = Repr.brief(name);
    if (owner == null) {
      return Failure.error(missing + " is undefined");
    }
    String what = name instanceof Text ? "' has no attribute " : "' has no element ";
    return Failure.error("'" + TypeName.ofObject(owner) + what + missing);
  }
}
