package org.tune4j.engine.tokenize.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Turns expressions into code that runs. */
final class ExpressionCompiler {
  private ExpressionCompiler() {}

  static Code compile(Expression expression, Scope scope) {
    if (expression instanceof Expression.Literal literal) {
      return frame -> literal.value();
    }
    if (expression instanceof Expression.Name name) {
      return name(name, scope);
    }
    if (expression instanceof Expression.Attribute attribute) {
      Code object = compile(attribute.object(), scope);
      return frame -> Subscript.attribute(object.run(frame), attribute.name());
    }
    if (expression instanceof Expression.Item item) {
      Code object = compile(item.object(), scope);
      Code key = compile(item.key(), scope);
      return frame -> Subscript.item(frame.runtime(), object.run(frame), key.run(frame));
    }
    if (expression instanceof Expression.Call call) {
      return call(call, scope, null);
    }
    if (expression instanceof Expression.Filtered filtered) {
      Code input = compile(filtered.input(), scope);
      return filter(filtered, scope, input);
    }
    if (expression instanceof Expression.Tested tested) {
      return test(tested, scope);
    }
    return operation(expression, scope);
  }

  private static Code operation(Expression expression, Scope scope) {
    if (expression instanceof Expression.Binary binary) {
      Code left = compile(binary.left(), scope);
      Code right = compile(binary.right(), scope);
      String operator = binary.operator();
      return frame ->
          Arithmetic.binary(frame.runtime(), left.run(frame), operator, right.run(frame));
    }
    if (expression instanceof Expression.Logic logic) {
      return logic(logic, scope);
    }
    if (expression instanceof Expression.Unary unary) {
      return unary(unary, scope);
    }
    if (expression instanceof Expression.Compare compare) {
      return compare(compare, scope);
    }
    if (expression instanceof Expression.Concat concat) {
      return concat(concat, scope);
    }
    if (expression instanceof Expression.Conditional conditional) {
      return conditional(conditional, scope);
    }
    if (expression instanceof Expression.Slice slice) {
      return slice(slice, scope);
    }
    return display(expression, scope);
  }

  private static Code display(Expression expression, Scope scope) {
    if (expression instanceof Expression.ListDisplay list) {
      Code[] items = all(list.items(), scope);
      return frame -> new ListValue(values(frame, items));
    }
    if (expression instanceof Expression.TupleDisplay tuple) {
      Code[] items = all(tuple.items(), scope);
      return frame -> new TupleValue(values(frame, items));
    }
    if (expression instanceof Expression.DictDisplay dict) {
      Code[] keys = all(dict.keys(), scope);
      Code[] values = all(dict.values(), scope);
      return frame -> {
        frame.runtime().enterInDict(keys.length);
        DictValue made = new DictValue();
        for (int i = 0; i < keys.length; i++) {
          made.put(keys[i].run(frame), values[i].run(frame));
        }
        return made;
      };
    }
    throw Failure.syntax("cannot be used here", expression.line());
  }

  private static Code[] all(List<Expression> expressions, Scope scope) {
    return expressions.stream().map(e -> compile(e, scope)).toArray(Code[]::new);
  }

  private static List<Object> values(Frame frame, Code[] items) {
    frame.runtime().step(items.length);
    List<Object> values = new ArrayList<>(items.length);
    for (Code item : items) {
      values.add(item.run(frame));
    }
    return values;
  }

  private static Code name(Expression.Name name, Scope scope) {
    Slot slot = scope.symbols().slot(name.name());
    Undefined missing = Undefined.variable(name.name());
    return frame -> {
      Object value = frame.get(slot);
      return value == null ? missing : value;
    };
  }

  private static Code logic(Expression.Logic logic, Scope scope) {
    Code left = compile(logic.left(), scope);
    Code right = compile(logic.right(), scope);
    boolean isAnd = logic.isAnd();
    return frame -> {
      Object value = left.run(frame);
      return Truth.of(value) == isAnd ? right.run(frame) : value;
    };
  }

  private static Code unary(Expression.Unary unary, Scope scope) {
    Code operand = compile(unary.operand(), scope);
    return switch (unary.operator()) {
      case "not" -> frame -> !Truth.of(operand.run(frame));
      case "-" -> frame -> Arithmetic.negative(operand.run(frame));
      default -> frame -> Arithmetic.positive(operand.run(frame));
    };
  }

  private static Code compare(Expression.Compare compare, Scope scope) {
    Code first = compile(compare.first(), scope);
    Code[] others = all(compare.others(), scope);
    String[] operators = compare.operators().toArray(String[]::new);
    return frame -> {
      Object left = first.run(frame);
      for (int i = 0; i < others.length; i++) {
        Object right = others[i].run(frame);
        if (!holds(frame.runtime(), left, operators[i], right)) {
          return false;
        }
        left = right;
      }
      return true;
    };
  }

  private static boolean holds(Runtime runtime, Object left, String operator, Object right) {
    runtime.step(1);
    return switch (operator) {
      case "==" -> Equality.equal(runtime, left, right);
      case "!=" -> !Equality.equal(runtime, left, right);
      case "in" -> Iteration.contains(runtime, right, left);
      case "not in" -> !Iteration.contains(runtime, right, left);
      default -> Order.is(runtime, left, operator, right);
    };
  }

  private static Code concat(Expression.Concat concat, Scope scope) {
    Code[] parts = all(concat.parts(), scope);
    return frame -> {
      TextBuilder builder = new TextBuilder();
      for (Code part : parts) {
        builder.append(Repr.str(frame.runtime(), part.run(frame)));
      }
      return frame.runtime().made(builder.toText());
    };
  }

  private static Code conditional(Expression.Conditional conditional, Scope scope) {
    Scope soft = scope.underCondition();
    Code test = compile(conditional.test(), soft);
    Code then = compile(conditional.then(), soft);
    Undefined nothing =
        new Undefined(
            "the inline if-expression on line "
                + conditional.line()
                + " evaluated to false and no else section was defined.");
    Code otherwise =
        conditional.otherwise() == null ? frame -> nothing : compile(conditional.otherwise(), soft);
    return frame -> Truth.of(test.run(frame)) ? then.run(frame) : otherwise.run(frame);
  }

  private static Code slice(Expression.Slice slice, Scope scope) {
    Code object = compile(slice.object(), scope);
    Code start = optional(slice.start(), scope);
    Code stop = optional(slice.stop(), scope);
    Code step = optional(slice.step(), scope);
    return frame ->
        Subscript.slice(
            frame.runtime(), object.run(frame), start.run(frame), stop.run(frame), step.run(frame));
  }

  private static Code optional(Expression expression, Scope scope) {
    return expression == null ? frame -> None.NONE : compile(expression, scope);
  }

  /**
   * A call.
   *
   * @param caller what a call block passes as {@code caller}, or null
   */
  static Code call(Expression.Call call, Scope scope, Code caller) {
    Code callee = compile(call.callee(), scope);
    ArgumentCode arguments = ArgumentCode.of(call.arguments(), scope);
    return frame -> {
      Object called = callee.run(frame);
      Arguments given = arguments.run(frame);
      if (caller != null) {
        Map<String, Object> named = new LinkedHashMap<>(given.named());
        named.put("caller", caller.run(frame));
        given = new Arguments(given.positional(), named);
      }
      return invoke(frame.runtime(), called, given);
    };
  }

  private static Object invoke(Runtime runtime, Object called, Arguments arguments) {
    runtime.step(1);
    if (called instanceof Callable callable) {
      return callable.call(runtime, arguments);
    }
    if (called instanceof Undefined undefined) {
      throw undefined.failure();
    }
    throw Failure.error("'" + TypeName.of(called) + "' object is not callable");
  }

  /** A filter on what some code gives. */
  static Code filter(Expression.Filtered filtered, Scope scope, Code input) {
    String name = filtered.name();
    Filter filter = Filters.ALL.get(name);
    if (filter == null && !scope.soft()) {
      throw Failure.syntax("No filter named '" + name + "'.", filtered.line());
    }
    ArgumentCode arguments = ArgumentCode.of(filtered.arguments(), scope);
    return frame -> {
      Object value = input.run(frame);
      return Filters.apply(frame.runtime(), name, value, arguments.run(frame));
    };
  }

  private static Code test(Expression.Tested tested, Scope scope) {
    String name = tested.name();
    if (!Tests.isKnown(name) && !scope.soft()) {
      throw Failure.syntax("No test named '" + name + "'.", tested.line());
    }
    Code input = compile(tested.input(), scope);
    ArgumentCode arguments = ArgumentCode.of(tested.arguments(), scope);
    return frame -> {
      Object value = input.run(frame);
      return Tests.holds(frame.runtime(), name, value, arguments.run(frame));
    };
  }
}
