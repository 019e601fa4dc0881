package org.tune4j.engine.tokenize.jinja;

/**
 * What jinja2 compiles to one Python function: the template, a macro, the body of a call block, a
 * recursive loop, the condition of a loop. Its variables live as long as one call of it.
 */
final class FunctionScope {
  private final int depth;
  private int size;

  FunctionScope(int depth) {
    this.depth = depth;
  }

  FunctionScope inner() {
    return new FunctionScope(depth + 1);
  }

  int depth() {
    return depth;
  }

  Slot newSlot() {
    return new Slot(depth, size++);
  }

  /** Number of variables; final once the function is compiled. */
  int size() {
    return size;
  }
}
