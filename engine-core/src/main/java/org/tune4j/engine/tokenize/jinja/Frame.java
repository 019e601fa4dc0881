package org.tune4j.engine.tokenize.jinja;

/**
 * One call of a {@link FunctionScope}: its variables, null where one is missing, and its output.
 */
final class Frame {
  private final Frame outer;
  private final int depth;
  private final Object[] slots;
  private final Runtime runtime;
  private TextBuilder output;

  private Frame(Frame outer, int depth, int size, Runtime runtime, TextBuilder output) {
    this.outer = outer;
    this.depth = depth;
    this.slots = new Object[size];
    this.runtime = runtime;
    this.output = output;
  }

  static Frame outermost(FunctionScope function, Runtime runtime) {
    return new Frame(null, 0, function.size(), runtime, runtime.output());
  }

  /** A call of a function that is written within this one. */
  Frame inner(FunctionScope function) {
    return new Frame(this, depth + 1, function.size(), runtime, new TextBuilder());
  }

  Runtime runtime() {
    return runtime;
  }

  TextBuilder output() {
    return output;
  }

  /** Directs the output elsewhere; gives the place where it went before. */
  TextBuilder redirect(TextBuilder target) {
    TextBuilder before = output;
    output = target;
    return before;
  }

  private Frame holder(Slot slot) {
    Frame frame = this;
    while (frame.depth > slot.functionDepth()) {
      frame = frame.outer;
    }
    return frame;
  }

  Object get(Slot slot) {
    return holder(slot).slots[slot.index()];
  }

  void set(Slot slot, Object value) {
    holder(slot).slots[slot.index()] = value;
  }
}
