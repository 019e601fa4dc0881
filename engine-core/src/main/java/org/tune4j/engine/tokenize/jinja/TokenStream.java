package org.tune4j.engine.tokenize.jinja;

import java.util.List;

/** The tokens of a template, with the place up to which they are read. */
final class TokenStream {
  private final List<Token> tokens;
  private int at;
  private int depth;

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token current() {
    return tokens.get(at);
  }

  Token following() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  /** Gives the current token and moves on. */
  Token next() {
    Token token = current();
    at = Math.min(at + 1, tokens.size() - 1);
    return token;
  }

  boolean at(Token.Kind kind) {
    return current().is(kind);
  }

  boolean atOperator(String... operators) {
    for (String operator : operators) {
      if (current().isOperator(operator)) {
        return true;
      }
    }
    return false;
  }

  boolean atName(String... names) {
    for (String name : names) {
      if (current().isName(name)) {
        return true;
      }
    }
    return false;
  }

  boolean skipOperator(String operator) {
    boolean skipped = current().isOperator(operator);
    at += skipped ? 1 : 0;
    return skipped;
  }

  boolean skipName(String name) {
    boolean skipped = current().isName(name);
    at += skipped ? 1 : 0;
    return skipped;
  }

  void expectOperator(String operator) {
    if (!skipOperator(operator)) {
      throw unexpected(operator);
    }
  }

  void expectName(String name) {
    if (!skipName(name)) {
      throw unexpected(name);
    }
  }

  String expectName() {
    return expect(Token.Kind.NAME, "name").text();
  }

  Token expect(Token.Kind kind, String description) {
    if (!at(kind)) {
      throw unexpected(description);
    }
    return next();
  }

  private Failure unexpected(String wanted) {
    return at(Token.Kind.END)
        ? fail("unexpected end of template, expected '" + wanted + "'.")
        : fail("expected token '" + wanted + "', got '" + current().describe() + "'");
  }

  Failure fail(String message) {
    return Failure.syntax(message, current().line());
  }

  /** Counts nesting, so that no source can exhaust the stack. */
  void enter() {
    if (++depth > Limits.MAX_NESTING) {
      throw fail("nested more than " + Limits.MAX_NESTING + " deep");
    }
  }

  void leave() {
    depth--;
  }
}
