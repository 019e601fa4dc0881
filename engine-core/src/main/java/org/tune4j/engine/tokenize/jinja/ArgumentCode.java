package org.tune4j.engine.tokenize.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The compiled arguments of a call.
 *
 * @param more null where no star is used
 * @param moreNamed null where no two stars are used
 */
record ArgumentCode(Code[] positional, String[] names, Code[] named, Code more, Code moreNamed) {
  private static final ArgumentCode NONE =
      new ArgumentCode(new Code[0], new String[0], new Code[0], null, null);

  static ArgumentCode of(CallArguments arguments, Scope scope) {
    if (arguments == CallArguments.NONE) {
      return NONE;
    }
    return new ArgumentCode(
        arguments.positional().stream()
            .map(e -> ExpressionCompiler.compile(e, scope))
            .toArray(Code[]::new),
        arguments.named().stream().map(CallArguments.Named::name).toArray(String[]::new),
        arguments.named().stream()
            .map(e -> ExpressionCompiler.compile(e.value(), scope))
            .toArray(Code[]::new),
        optional(arguments.more(), scope),
        optional(arguments.moreNamed(), scope));
  }

  private static Code optional(Expression expression, Scope scope) {
    return expression == null ? null : ExpressionCompiler.compile(expression, scope);
  }

  Arguments run(Frame frame) {
    if (positional.length + named.length == 0 && more == null && moreNamed == null) {
      return Arguments.NONE;
    }
    frame.runtime().step(positional.length + named.length);
    List<Object> values = new ArrayList<>(positional.length);
    for (Code code : positional) {
      values.add(code.run(frame));
    }
    if (more != null) {
      values.addAll(Iteration.list(frame.runtime(), more.run(frame)));
    }
    return new Arguments(values, named(frame));
  }

  private Map<String, Object> named(Frame frame) {
    if (named.length == 0 && moreNamed == null) {
      return Map.of();
    }
    Map<String, Object> values = new LinkedHashMap<>();
    for (int i = 0; i < named.length; i++) {
      put(values, names[i], named[i].run(frame));
    }
    if (moreNamed != null) {
      if (!(moreNamed.run(frame) instanceof DictValue dict)) {
        throw Failure.error("argument after ** must be a mapping");
      }
      for (DictValue.Entry entry : dict.entries()) {
        if (!(entry.key() instanceof Text name)) {
          throw Failure.error("keywords must be strings");
        }
        put(values, name.value(), entry.value());
      }
    }
    return values;
  }

  private static void put(Map<String, Object> values, String name, Object value) {
    if (values.put(name, value) != null) {
      throw Failure.error("got multiple values for keyword argument '" + name + "'");
    }
  }
}
