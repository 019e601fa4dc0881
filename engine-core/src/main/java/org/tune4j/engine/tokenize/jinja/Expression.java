package org.tune4j.engine.tokenize.jinja;

import java.util.List;

/** Something in a template that has a value. */
sealed interface Expression extends Node {
  /** What is done with a name. */
  enum Use {
    LOAD,
    STORE,
    PARAMETER
  }

  /** A constant. */
  record Literal(Object value, int line) implements Expression {
    @Override
    public List<Node> children() {
      return List.of();
    }
  }

  /** A variable. */
  record Name(String name, Use use, int line) implements Expression {
    @Override
    public List<Node> children() {
      return List.of();
    }
  }

  /** {@code namespace.attribute} as the target of an assignment. */
  record NamespaceTarget(String namespace, String attribute, int line) implements Expression {
    @Override
    public List<Node> children() {
      return List.of();
    }
  }

  /** {@code [a, b]}. */
  record ListDisplay(List<Expression> items, int line) implements Expression {
    @Override
    public List<Node> children() {
      return Node.all(items);
    }
  }

  /** {@code (a, b)}, also as the target of an assignment. */
  record TupleDisplay(List<Expression> items, int line) implements Expression {
    @Override
    public List<Node> children() {
      return Node.all(items);
    }
  }

  /** {@code {a: b}}; keys and values have the same length. */
  record DictDisplay(List<Expression> keys, List<Expression> values, int line)
      implements Expression {
    @Override
    public List<Node> children() {
      return Node.all(keys, values);
    }
  }

  /** {@code a + b} and the other operators of arithmetic. */
  record Binary(String operator, Expression left, Expression right, int line)
      implements Expression {
    @Override
    public List<Node> children() {
      return Node.all(left, right);
    }
  }

  /** {@code a and b}, {@code a or b}. */
  record Logic(boolean isAnd, Expression left, Expression right, int line) implements Expression {
    @Override
    public List<Node> children() {
      return Node.all(left, right);
    }
  }

  /** {@code -a}, {@code +a}, {@code not a}. */
  record Unary(String operator, Expression operand, int line) implements Expression {
    @Override
    public List<Node> children() {
      return Node.all(operand);
    }
  }

  /** {@code a ~ b ~ c}. */
  record Concat(List<Expression> parts, int line) implements Expression {
    @Override
    public List<Node> children() {
      return Node.all(parts);
    }
  }

  /** {@code a < b <= c}: one operator more than there are right sides is an error. */
  record Compare(Expression first, List<String> operators, List<Expression> others, int line)
      implements Expression {
    @Override
    public List<Node> children() {
      return Node.all(first, others);
    }
  }

  /** {@code a if test else b}; otherwise is null where it is left out. */
  record Conditional(Expression test, Expression then, Expression otherwise, int line)
      implements Expression {
    @Override
    public List<Node> children() {
      return Node.all(test, then, otherwise);
    }
  }

  /** {@code a.name}. */
  record Attribute(Expression object, String name, int line) implements Expression {
    @Override
    public List<Node> children() {
      return Node.all(object);
    }
  }

  /** {@code a[b]}. */
  record Item(Expression object, Expression key, int line) implements Expression {
    @Override
    public List<Node> children() {
      return Node.all(object, key);
    }
  }

  /** {@code a[b:c:d]}; each bound is null where it is left out. */
  record Slice(Expression object, Expression start, Expression stop, Expression step, int line)
      implements Expression {
    @Override
    public List<Node> children() {
      return Node.all(object, start, stop, step);
    }
  }

  /** {@code a(b)}. */
  record Call(Expression callee, CallArguments arguments, int line) implements Expression {
    @Override
    public List<Node> children() {
      return Node.all(callee, arguments);
    }
  }

  /** {@code a|name(b)}; the input is null where a block is filtered. */
  record Filtered(Expression input, String name, CallArguments arguments, int line)
      implements Expression {
    @Override
    public List<Node> children() {
      return Node.all(input, arguments);
    }
  }

  /** {@code a is name(b)}. */
  record Tested(Expression input, String name, CallArguments arguments, int line)
      implements Expression {
    @Override
    public List<Node> children() {
      return Node.all(input, arguments);
    }
  }
}
