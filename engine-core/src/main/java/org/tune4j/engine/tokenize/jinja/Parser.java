package org.tune4j.engine.tokenize.jinja;

import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.tokenize.jinja.Expression.Use;

/** Reads the statements of a template. */
final class Parser {
  private final TokenStream stream;
  private final ExpressionParser expressions;

  private Parser(TokenStream stream) {
    this.stream = stream;
    this.expressions = new ExpressionParser(stream);
  }

  static List<Statement> parse(String source) {
    if (source.length() > Limits.MAX_SOURCE) {
      throw Failure.syntax("longer than " + Limits.MAX_SOURCE + " characters", 1);
    }
    TokenStream stream = new TokenStream(Lexer.tokens(source));
    List<Statement> statements = new Parser(stream).statements("the end of the template");
    checkNesting(statements, 1);
    return statements;
  }

  /** Long chains of operators nest without brackets. */
  private static void checkNesting(List<? extends Node> nodes, int depth) {
    for (Node node : nodes) {
      if (depth > Limits.MAX_NESTING) {
        throw Failure.syntax("nested more than " + Limits.MAX_NESTING + " deep", node.line());
      }
      checkNesting(node.children(), depth + 1);
    }
  }

  /** Reads statements up to one of the tags that end them, which is left as the current token. */
  private List<Statement> statements(String opening, String... ends) {
    List<Statement> body = new ArrayList<>();
    List<Expression> output = new ArrayList<>();
    while (!stream.at(Token.Kind.END)) {
      Token token = stream.next();
      switch (token.kind()) {
        case DATA -> output.add(new Expression.Literal(Text.of(token.text()), token.line()));
        case VARIABLE_BEGIN -> {
          output.add(expressions.tuple(true, null, false));
          stream.expect(Token.Kind.VARIABLE_END, "end of print statement");
        }
        default -> {
          flush(output, body);
          if (stream.atName(ends)) {
            return body;
          }
          body.add(statement());
          stream.expect(Token.Kind.BLOCK_END, "end of statement block");
        }
      }
    }
    flush(output, body);
    if (ends.length > 0) {
      throw stream.fail(
          "Unexpected end of template. Looking for "
              + String.join(" or ", ends)
              + " to close '"
              + opening
              + "'.");
    }
    return body;
  }

  private static void flush(List<Expression> output, List<Statement> body) {
    if (!output.isEmpty()) {
      body.add(new Statement.Output(List.copyOf(output), output.get(0).line()));
      output.clear();
    }
  }

  /** Reads the body of a tag up to one of its ends, which is left as the current token. */
  private List<Statement> body(String opening, String... ends) {
    stream.skipOperator(":");
    stream.expect(Token.Kind.BLOCK_END, "end of statement block");
    stream.enter();
    List<Statement> body = statements(opening, ends);
    stream.leave();
    return body;
  }

  private List<Statement> wholeBody(String opening, String end) {
    List<Statement> body = body(opening, end);
    stream.next();
    return body;
  }

  private Statement statement() {
    Token tag = stream.expect(Token.Kind.NAME, "tag name");
    int line = tag.line();
    return switch (tag.text()) {
      case "set" -> set(line);
      case "if" -> conditional(line);
      case "for" -> loop(line);
      case "macro" -> macro(line);
      case "call" -> callBlock(line);
      case "filter" -> filterBlock(line);
      case "with" -> with(line);
      case "generation" -> generation(line);
      case "print" -> print(line);
      case "break" -> new Statement.Break(line);
      case "continue" -> new Statement.Continue(line);
      case "include", "import", "from", "extends", "block", "autoescape" ->
          throw Failure.syntax(
              "a chat template stands alone: '" + tag.text() + "' is not available", line);
      default -> throw Failure.syntax("Encountered unknown tag '" + tag.text() + "'.", line);
    };
  }

  private Statement set(int line) {
    Expression target = expressions.target(Use.STORE, null, true);
    if (stream.skipOperator("=")) {
      return new Statement.Assign(target, expressions.tuple(true, null, false), line);
    }
    Expression filter = expressions.postfixes().filter(null);
    List<Statement> body = wholeBody("set", "endset");
    return new Statement.AssignBlock(target, (Expression.Filtered) filter, body, line);
  }

  private Statement.If conditional(int line) {
    Expression test = expressions.tuple(false, null, false);
    List<Statement> body = body("if", "elif", "else", "endif");
    List<Statement.If> alternatives = new ArrayList<>();
    while (stream.atName("elif")) {
      int alternativeLine = stream.next().line();
      Expression alternative = expressions.tuple(false, null, false);
      alternatives.add(
          new Statement.If(
              alternative,
              body("if", "elif", "else", "endif"),
              List.of(),
              List.of(),
              alternativeLine));
    }
    List<Statement> otherwise = List.of();
    if (stream.next().isName("else")) {
      otherwise = wholeBody("if", "endif");
    }
    return new Statement.If(test, body, alternatives, otherwise, line);
  }

  private Statement loop(int line) {
    Expression target = expressions.target(Use.STORE, "in", false);
    stream.expectName("in");
    Expression items = expressions.tuple(false, "recursive", false);
    Expression test = stream.skipName("if") ? expressions.expression() : null;
    boolean recursive = stream.skipName("recursive");
    List<Statement> body = body("for", "endfor", "else");
    List<Statement> otherwise = List.of();
    if (stream.next().isName("else")) {
      otherwise = wholeBody("for", "endfor");
    }
    return new Statement.For(target, items, test, recursive, body, otherwise, line);
  }

  private Statement macro(int line) {
    String name = stream.expectName();
    List<Expression> defaults = new ArrayList<>();
    List<Expression.Name> parameters = parameters(defaults);
    List<Statement> body = wholeBody("macro", "endmacro");
    return new Statement.MacroDefinition(
        name, new Statement.Function(parameters, defaults, body), line);
  }

  private List<Expression.Name> parameters(List<Expression> defaults) {
    List<Expression.Name> parameters = new ArrayList<>();
    stream.expectOperator("(");
    while (!stream.atOperator(")")) {
      if (!parameters.isEmpty()) {
        stream.expectOperator(",");
      }
      Token name = stream.expect(Token.Kind.NAME, "name");
      if (stream.skipOperator("=")) {
        defaults.add(expressions.expression());
      } else if (!defaults.isEmpty()) {
        throw stream.fail("non-default argument follows default argument");
      }
      if (parameters.stream().anyMatch(other -> other.name().equals(name.text()))) {
        throw stream.fail("duplicate argument '" + name.text() + "'");
      }
      parameters.add(new Expression.Name(name.text(), Use.PARAMETER, name.line()));
    }
    stream.expectOperator(")");
    return parameters;
  }

  private Statement callBlock(int line) {
    List<Expression> defaults = new ArrayList<>();
    List<Expression.Name> parameters = stream.atOperator("(") ? parameters(defaults) : List.of();
    if (!(expressions.expression() instanceof Expression.Call call)) {
      throw Failure.syntax("expected call", line);
    }
    List<Statement> body = wholeBody("call", "endcall");
    return new Statement.CallBlock(call, new Statement.Function(parameters, defaults, body), line);
  }

  private Statement filterBlock(int line) {
    Expression.Filtered first = expressions.postfixes().namedFilter(null);
    Expression.Filtered filter = (Expression.Filtered) expressions.postfixes().filter(first);
    return new Statement.FilterBlock(filter, wholeBody("filter", "endfilter"), line);
  }

  private Statement with(int line) {
    List<Expression> targets = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!stream.at(Token.Kind.BLOCK_END)) {
      if (!targets.isEmpty()) {
        stream.expectOperator(",");
      }
      targets.add(expressions.target(Use.PARAMETER, null, false));
      stream.expectOperator("=");
      values.add(expressions.expression());
    }
    return new Statement.With(targets, values, wholeBody("with", "endwith"), line);
  }

  private Statement generation(int line) {
    List<Statement> body = wholeBody("generation", "endgeneration");
    return new Statement.Generation(new Statement.Function(List.of(), List.of(), body), line);
  }

  private Statement print(int line) {
    List<Expression> parts = new ArrayList<>();
    while (!stream.at(Token.Kind.BLOCK_END)) {
      if (!parts.isEmpty()) {
        stream.expectOperator(",");
      }
      parts.add(expressions.expression());
    }
    return new Statement.Output(parts, line);
  }
}
