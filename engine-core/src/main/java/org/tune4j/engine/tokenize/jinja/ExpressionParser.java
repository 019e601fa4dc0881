package org.tune4j.engine.tokenize.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.tune4j.engine.tokenize.jinja.Expression.Use;

/** Reads expressions, with the precedences of jinja2. */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  private final TokenStream stream;
  private final PostfixParser postfixes;

  ExpressionParser(TokenStream stream) {
    this.stream = stream;
    this.postfixes = new PostfixParser(stream, this);
  }

  /** What stands behind a value. */
  PostfixParser postfixes() {
    return postfixes;
  }

  private int line() {
    return stream.current().line();
  }

  Expression expression() {
    return expression(true);
  }

  /**
   * Reads an expression.
   *
   * @param withConditional whether {@code if} belongs to it
   */
  private Expression expression(boolean withConditional) {
    stream.enter();
    Expression result = withConditional ? conditional() : or();
    stream.leave();
    return result;
  }

  private Expression conditional() {
    int line = line();
    Expression result = or();
    while (stream.skipName("if")) {
      Expression test = or();
      Expression otherwise = stream.skipName("else") ? expression(true) : null;
      result = new Expression.Conditional(test, result, otherwise, line);
      line = line();
    }
    return result;
  }

  private Expression or() {
    int line = line();
    Expression left = and();
    while (stream.skipName("or")) {
      left = new Expression.Logic(false, left, and(), line);
      line = line();
    }
    return left;
  }

  private Expression and() {
    int line = line();
    Expression left = not();
    while (stream.skipName("and")) {
      left = new Expression.Logic(true, left, not(), line);
      line = line();
    }
    return left;
  }

  private Expression not() {
    if (!stream.atName("not")) {
      return comparison();
    }
    int line = stream.next().line();
    stream.enter();
    Expression operand = not();
    stream.leave();
    return new Expression.Unary("not", operand, line);
  }

  private Expression comparison() {
    int line = line();
    Expression first = sum();
    List<String> operators = new ArrayList<>();
    List<Expression> others = new ArrayList<>();
    for (String operator = comparator(); operator != null; operator = comparator()) {
      operators.add(operator);
      others.add(sum());
    }
    return operators.isEmpty() ? first : new Expression.Compare(first, operators, others, line);
  }

  private String comparator() {
    Token token = stream.current();
    if (token.is(Token.Kind.OPERATOR) && COMPARISONS.contains(token.text())) {
      return stream.next().text();
    }
    if (stream.skipName("in")) {
      return "in";
    }
    if (token.isName("not") && stream.following().isName("in")) {
      stream.next();
      stream.next();
      return "not in";
    }
    return null;
  }

  private Expression sum() {
    int line = line();
    Expression left = concatenation();
    while (stream.atOperator("+", "-")) {
      left = new Expression.Binary(stream.next().text(), left, concatenation(), line);
      line = line();
    }
    return left;
  }

  private Expression concatenation() {
    int line = line();
    List<Expression> parts = new ArrayList<>(List.of(product()));
    while (stream.skipOperator("~")) {
      parts.add(product());
    }
    return parts.size() == 1 ? parts.get(0) : new Expression.Concat(parts, line);
  }

  private Expression product() {
    int line = line();
    Expression left = power();
    while (stream.atOperator("*", "/", "//", "%")) {
      left = new Expression.Binary(stream.next().text(), left, power(), line);
      line = line();
    }
    return left;
  }

  /** A power; unlike in Python it binds to the left, and no closer than a sign. */
  private Expression power() {
    int line = line();
    Expression left = unary(true);
    while (stream.skipOperator("**")) {
      left = new Expression.Binary("**", left, unary(true), line);
      line = line();
    }
    return left;
  }

  private Expression unary(boolean withFilter) {
    stream.enter();
    Expression result;
    if (stream.atOperator("-", "+")) {
      Token sign = stream.next();
      result = new Expression.Unary(sign.text(), unary(false), sign.line());
    } else {
      result = primary();
    }
    result = postfixes.postfix(result);
    stream.leave();
    return withFilter ? postfixes.filters(result) : result;
  }

  Expression primary() {
    Token token = stream.current();
    switch (token.kind()) {
      case NAME -> {
        stream.next();
        return name(token);
      }
      case NUMBER -> {
        stream.next();
        return new Expression.Literal(token.value(), token.line());
      }
      case STRING -> {
        return strings();
      }
      default -> {
        return bracketed(token);
      }
    }
  }

  private static Expression name(Token token) {
    return switch (token.text()) {
      case "true", "True" -> new Expression.Literal(true, token.line());
      case "false", "False" -> new Expression.Literal(false, token.line());
      case "none", "None" -> new Expression.Literal(None.NONE, token.line());
      default -> new Expression.Name(token.text(), Use.LOAD, token.line());
    };
  }

  /** Neighbouring strings are one. */
  private Expression strings() {
    int line = line();
    StringBuilder text = new StringBuilder();
    while (stream.at(Token.Kind.STRING)) {
      text.append(stream.next().value());
    }
    return new Expression.Literal(Text.of(text.toString()), line);
  }

  private Expression bracketed(Token token) {
    if (stream.skipOperator("(")) {
      Expression tuple = tuple(true, null, true);
      stream.expectOperator(")");
      return tuple;
    }
    if (stream.skipOperator("[")) {
      return list(token.line());
    }
    if (stream.skipOperator("{")) {
      return dict(token.line());
    }
    throw stream.fail("unexpected '" + token.describe() + "'");
  }

  private Expression list(int line) {
    List<Expression> items = new ArrayList<>();
    while (!stream.atOperator("]")) {
      if (!items.isEmpty()) {
        stream.expectOperator(",");
      }
      if (!stream.atOperator("]")) {
        items.add(expression());
      }
    }
    stream.expectOperator("]");
    return new Expression.ListDisplay(items, line);
  }

  private Expression dict(int line) {
    List<Expression> keys = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!stream.atOperator("}")) {
      if (!keys.isEmpty()) {
        stream.expectOperator(",");
      }
      if (!stream.atOperator("}")) {
        keys.add(expression());
        stream.expectOperator(":");
        values.add(expression());
      }
    }
    stream.expectOperator("}");
    return new Expression.DictDisplay(keys, values, line);
  }

  /**
   * Reads an expression, or several with commas between them, which make a tuple.
   *
   * @param withConditional whether {@code if} belongs to an expression
   * @param end name of the keyword that ends it, or null
   * @param mayBeEmpty whether nothing at all is an empty tuple
   */
  Expression tuple(boolean withConditional, String end, boolean mayBeEmpty) {
    int line = line();
    List<Expression> items = new ArrayList<>();
    boolean isTuple = false;
    while (!atTupleEnd(end)) {
      items.add(expression(withConditional));
      if (!stream.skipOperator(",")) {
        break;
      }
      isTuple = true;
    }
    if (!isTuple && items.size() == 1) {
      return items.get(0);
    }
    if (items.isEmpty() && !mayBeEmpty) {
      throw stream.fail("Expected an expression, got '" + stream.current().describe() + "'");
    }
    return new Expression.TupleDisplay(items, line);
  }

  private boolean atTupleEnd(String end) {
    return stream.at(Token.Kind.VARIABLE_END)
        || stream.at(Token.Kind.BLOCK_END)
        || stream.atOperator(")")
        || end != null && stream.atName(end);
  }

  /**
   * Reads what can be assigned to: a name, a tuple of such, and perhaps attributes of namespaces.
   *
   * @param use of the names
   * @param end name of the keyword that ends it, or null
   */
  Expression target(Use use, String end, boolean withNamespace) {
    int line = line();
    List<Expression> items = new ArrayList<>();
    boolean isTuple = false;
    while (!atTupleEnd(end)) {
      items.add(targetItem(use, withNamespace));
      if (!stream.skipOperator(",")) {
        break;
      }
      isTuple = true;
    }
    if (items.isEmpty()) {
      throw stream.fail("Expected an expression, got '" + stream.current().describe() + "'");
    }
    return isTuple ? new Expression.TupleDisplay(items, line) : items.get(0);
  }

  private Expression targetItem(Use use, boolean withNamespace) {
    Token token = stream.current();
    if (withNamespace && token.is(Token.Kind.NAME) && stream.following().isOperator(".")) {
      stream.next();
      stream.next();
      String attribute = stream.expectName();
      return new Expression.NamespaceTarget(token.text(), attribute, token.line());
    }
    stream.enter();
    Expression item = assignable(primary(), use);
    stream.leave();
    return item;
  }

  private Expression assignable(Expression target, Use use) {
    if (target instanceof Expression.Name name) {
      return new Expression.Name(name.name(), use, name.line());
    }
    if (target instanceof Expression.TupleDisplay tuple) {
      List<Expression> items = tuple.items().stream().map(item -> assignable(item, use)).toList();
      return new Expression.TupleDisplay(items, tuple.line());
    }
    throw stream.fail("can't assign to this expression");
  }
}
