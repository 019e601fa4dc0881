package org.tune4j.engine.tokenize.jinja;

/**
 * Where a part of a template stands.
 *
 * @param soft whether it runs under a condition of its own block, so that a filter or test it names
 *     need not exist
 * @param inLoop whether there is a loop to break
 */
record Scope(Symbols symbols, FunctionScope function, boolean soft, boolean inLoop) {
  Scope underCondition() {
    return new Scope(symbols, function, true, inLoop);
  }

  /** A block with variables of its own, in the same function. */
  Scope block(boolean isLoop) {
    return new Scope(new Symbols(symbols, function), function, false, inLoop || isLoop);
  }

  /** A function within this one. */
  Scope function(boolean isLoop) {
    FunctionScope inner = function.inner();
    return new Scope(new Symbols(symbols, inner), inner, false, isLoop);
  }
}
