package org.tune4j.engine.tokenize.jinja;

import java.util.ArrayList;
import java.util.List;

/** Reads what stands behind a value: attributes, subscripts, calls, filters and tests. */
final class PostfixParser {
  private final TokenStream stream;
  private final ExpressionParser expressions;

  PostfixParser(TokenStream stream, ExpressionParser expressions) {
    this.stream = stream;
    this.expressions = expressions;
  }

  private int line() {
    return stream.current().line();
  }

  Expression postfix(Expression start) {
    Expression result = start;
    while (true) {
      int line = line();
      if (stream.skipOperator(".")) {
        result = attribute(result, line);
      } else if (stream.skipOperator("[")) {
        result = subscript(result, line);
      } else if (stream.atOperator("(")) {
        result = new Expression.Call(result, arguments(), line);
      } else {
        return result;
      }
    }
  }

  private Expression attribute(Expression object, int line) {
    Token token = stream.next();
    if (token.is(Token.Kind.NAME)) {
      return new Expression.Attribute(object, token.text(), line);
    }
    if (!token.is(Token.Kind.NUMBER) || token.value() instanceof Double) {
      throw Failure.syntax("expected name or number", token.line());
    }
    return new Expression.Item(object, new Expression.Literal(token.value(), line), line);
  }

  private Expression subscript(Expression object, int line) {
    List<Expression> keys = new ArrayList<>();
    while (!stream.atOperator("]")) {
      if (!keys.isEmpty()) {
        stream.expectOperator(",");
      }
      Expression start = stream.atOperator(":") ? null : expressions.expression();
      if (stream.atOperator(":")) {
        if (!keys.isEmpty()) {
          throw stream.fail("a slice cannot be part of a tuple");
        }
        return slice(object, start, line);
      }
      keys.add(start);
    }
    stream.expectOperator("]");
    Expression key = keys.size() == 1 ? keys.get(0) : new Expression.TupleDisplay(keys, line);
    return new Expression.Item(object, key, line);
  }

  private Expression slice(Expression object, Expression start, int line) {
    stream.expectOperator(":");
    Expression stop = stream.atOperator(":", "]") ? null : expressions.expression();
    Expression step = null;
    if (stream.skipOperator(":") && !stream.atOperator("]")) {
      step = expressions.expression();
    }
    stream.expectOperator("]");
    return new Expression.Slice(object, start, stop, step, line);
  }

  Expression filters(Expression start) {
    Expression result = start;
    while (true) {
      if (stream.atOperator("|")) {
        result = filter(result);
      } else if (stream.atName("is")) {
        result = test(result);
      } else if (stream.atOperator("(")) {
        int line = line();
        result = new Expression.Call(result, arguments(), line);
      } else {
        return result;
      }
    }
  }

  /** One or more filters, each behind a bar. */
  Expression filter(Expression input) {
    Expression result = input;
    while (stream.skipOperator("|")) {
      result = namedFilter(result);
    }
    return result;
  }

  /** A filter of which the name stands next. */
  Expression.Filtered namedFilter(Expression input) {
    int line = line();
    String name = dottedName();
    CallArguments arguments = stream.atOperator("(") ? arguments() : CallArguments.NONE;
    return new Expression.Filtered(input, name, arguments, line);
  }

  private String dottedName() {
    StringBuilder name = new StringBuilder(stream.expectName());
    while (stream.skipOperator(".")) {
      name.append('.').append(stream.expectName());
    }
    return name.toString();
  }

  private Expression test(Expression input) {
    int line = stream.next().line();
    boolean negated = stream.skipName("not");
    String name = dottedName();
    CallArguments arguments = CallArguments.NONE;
    if (stream.atOperator("(")) {
      arguments = arguments();
    } else if (startsArgument()) {
      if (stream.atName("is")) {
        throw stream.fail("You cannot chain multiple tests with is");
      }
      Expression argument = postfix(expressions.primary());
      arguments = new CallArguments(List.of(argument), List.of(), null, null);
    }
    Expression test = new Expression.Tested(input, name, arguments, line);
    return negated ? new Expression.Unary("not", test, line) : test;
  }

  private boolean startsArgument() {
    boolean opens =
        stream.at(Token.Kind.NAME)
            || stream.at(Token.Kind.STRING)
            || stream.at(Token.Kind.NUMBER)
            || stream.atOperator("[", "{");
    return opens && !stream.atName("else", "or", "and");
  }

  private CallArguments arguments() {
    Token opening = stream.current();
    stream.expectOperator("(");
    List<Expression> positional = new ArrayList<>();
    List<CallArguments.Named> named = new ArrayList<>();
    Expression more = null;
    Expression moreNamed = null;
    boolean first = true;
    while (!stream.atOperator(")")) {
      if (!first) {
        stream.expectOperator(",");
        if (stream.atOperator(")")) {
          break;
        }
      }
      first = false;
      if (stream.skipOperator("*")) {
        check(more == null && moreNamed == null, opening);
        more = expressions.expression();
      } else if (stream.skipOperator("**")) {
        check(moreNamed == null, opening);
        moreNamed = expressions.expression();
      } else if (stream.at(Token.Kind.NAME) && stream.following().isOperator("=")) {
        check(moreNamed == null, opening);
        String name = stream.next().text();
        stream.next();
        named.add(new CallArguments.Named(name, expressions.expression()));
      } else {
        check(more == null && moreNamed == null && named.isEmpty(), opening);
        positional.add(expressions.expression());
      }
    }
    stream.expectOperator(")");
    return new CallArguments(positional, named, more, moreNamed);
  }

  private static void check(boolean valid, Token opening) {
    if (!valid) {
      throw Failure.syntax("invalid syntax for function call expression", opening.line());
    }
  }
}
