package org.tune4j.engine.tokenize.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A macro, or the body of a call block, with the variables around it.
 *
 * @param outer the call of the function in which it is written
 */
record Macro(Shape shape, Frame outer) implements Callable {
  private static final String CALLER = "caller";

  /**
   * What of a macro is known once it is compiled.
   *
   * @param name null for the body of a call block
   * @param parameters their names
   * @param slots where the parameters go, then {@code caller}, {@code kwargs} and {@code varargs},
   *     as far as the macro uses them
   * @param defaults of the last parameters
   * @param weight how much its call takes of the depth that is allowed
   */
  record Shape(
      String name,
      List<String> parameters,
      List<Slot> slots,
      List<Code> defaults,
      boolean usesCaller,
      boolean takesNamed,
      boolean takesMore,
      FunctionScope function,
      Symbols symbols,
      Step body,
      int weight) {}

  String name() {
    return shape.name();
  }

  /** An attribute, or null. */
  Object attribute(String attribute) {
    return switch (attribute) {
      case "name" -> shape.name() == null ? None.NONE : Text.of(shape.name());
      case "arguments" -> {
        List<Object> names = new ArrayList<>();
        shape.parameters().forEach(parameter -> names.add(Text.of(parameter)));
        yield new TupleValue(names);
      }
      case "catch_kwargs" -> shape.takesNamed();
      case "catch_varargs" -> shape.takesMore();
      case CALLER -> shape.usesCaller();
      default -> null;
    };
  }

  @Override
  public Object call(Runtime runtime, Arguments arguments) {
    runtime.enter(shape.weight());
    List<Object> values = bind(arguments);
    Frame frame = outer.inner(shape.function());
    for (int i = 0; i < values.size(); i++) {
      frame.set(shape.slots().get(i), values.get(i));
    }
    shape.symbols().begin(frame);
    setDefaults(frame);
    shape.body().run(frame);
    runtime.leave(shape.weight());
    return runtime.made(frame.output().toText());
  }

  /** The values in the order of the slots; null for a parameter that was not given. */
  private List<Object> bind(Arguments arguments) {
    List<Object> positional = arguments.positional();
    int count = shape.parameters().size();
    Map<String, Object> named = new LinkedHashMap<>(arguments.named());
    List<Object> values =
        new ArrayList<>(positional.subList(0, Math.min(count, positional.size())));
    boolean callerIsParameter = values.size() == count && shape.parameters().contains(CALLER);
    for (String parameter : shape.parameters().subList(values.size(), count)) {
      values.add(named.remove(parameter));
      callerIsParameter |= parameter.equals(CALLER);
    }
    if (shape.usesCaller() && !callerIsParameter) {
      Object caller = named.remove(CALLER);
      boolean missing = caller == null || caller == None.NONE;
      values.add(missing ? new Undefined("No caller defined") : caller);
    }
    bindOthers(named, positional, values);
    return values;
  }

  private void bindOthers(Map<String, Object> named, List<Object> positional, List<Object> values) {
    int count = shape.parameters().size();
    if (shape.takesNamed()) {
      DictValue others = new DictValue();
      named.forEach((name, value) -> others.put(Text.of(name), value));
      values.add(others);
    } else if (!named.isEmpty()) {
      throw Failure.error(
          "macro '"
              + name()
              + "' takes no keyword argument '"
              + named.keySet().iterator().next()
              + "'");
    }
    if (shape.takesMore()) {
      values.add(
          new TupleValue(
              positional.subList(Math.min(count, positional.size()), positional.size())));
    } else if (positional.size() > count) {
      throw Failure.error("macro '" + name() + "' takes not more than " + count + " argument(s)");
    }
  }

  private void setDefaults(Frame frame) {
    int count = shape.parameters().size();
    int firstDefault = count - shape.defaults().size();
    for (int i = 0; i < count; i++) {
      Slot slot = shape.slots().get(i);
      if (frame.get(slot) == null) {
        frame.set(
            slot,
            i >= firstDefault
                ? shape.defaults().get(i - firstDefault).run(frame)
                : new Undefined("parameter '" + shape.parameters().get(i) + "' was not provided"));
      }
    }
  }
}
