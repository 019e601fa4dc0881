package org.tune4j.engine.tokenize.jinja;

import java.util.List;

/** Something in a template that is done. */
sealed interface Statement extends Node {

  /** Text between tags, and values to print. */
  record Output(List<Expression> parts, int line) implements Statement {
    @Override
    public List<Node> children() {
      return Node.all(parts);
    }
  }

  /** {@code {% set target = value %}}. */
  record Assign(Expression target, Expression value, int line) implements Statement {
    @Override
    public List<Node> children() {
      return Node.all(target, value);
    }
  }

  /** {@code {% set target %}}…{@code {% endset %}}; the filter is null where there is none. */
  record AssignBlock(Expression target, Expression.Filtered filter, List<Statement> body, int line)
      implements Statement {
    @Override
    public List<Node> children() {
      return Node.all(target, filter, body);
    }
  }

  /** {@code {% if %}}; each {@code elif} is an If of its own without an else. */
  record If(
      Expression test,
      List<Statement> body,
      List<If> alternatives,
      List<Statement> otherwise,
      int line)
      implements Statement {
    @Override
    public List<Node> children() {
      return Node.all(test, body, alternatives, otherwise);
    }
  }

  /** {@code {% for target in items if test recursive %}}; the test is null without one. */
  record For(
      Expression target,
      Expression items,
      Expression test,
      boolean recursive,
      List<Statement> body,
      List<Statement> otherwise,
      int line)
      implements Statement {
    @Override
    public List<Node> children() {
      return Node.all(target, items, body, otherwise, test);
    }
  }

  /** What a macro and the body of a call block have in common: a function of the template. */
  record Function(
      List<Expression.Name> parameters, List<Expression> defaults, List<Statement> body) {}

  /** {@code {% macro name(parameters) %}}. */
  record MacroDefinition(String name, Function function, int line) implements Statement {
    @Override
    public List<Node> children() {
      return Node.all(function.parameters(), function.defaults(), function.body());
    }
  }

  /** {@code {% call(parameters) callee(arguments) %}}. */
  record CallBlock(Expression.Call call, Function function, int line) implements Statement {
    @Override
    public List<Node> children() {
      return Node.all(call, function.parameters(), function.defaults(), function.body());
    }
  }

  /** {@code {% generation %}}: what a model generated. */
  record Generation(Function function, int line) implements Statement {
    @Override
    public List<Node> children() {
      return Node.all(function.body());
    }
  }

  /** {@code {% filter name %}}. */
  record FilterBlock(Expression.Filtered filter, List<Statement> body, int line)
      implements Statement {
    @Override
    public List<Node> children() {
      return Node.all(body, filter);
    }
  }

  /** {@code {% with target = value %}}. */
  record With(List<Expression> targets, List<Expression> values, List<Statement> body, int line)
      implements Statement {
    @Override
    public List<Node> children() {
      return Node.all(targets, values, body);
    }
  }

  /** {@code {% break %}}. */
  record Break(int line) implements Statement {
    @Override
    public List<Node> children() {
      return List.of();
    }
  }

  /** {@code {% continue %}}. */
  record Continue(int line) implements Statement {
    @Override
    public List<Node> children() {
      return List.of();
    }
  }
}
