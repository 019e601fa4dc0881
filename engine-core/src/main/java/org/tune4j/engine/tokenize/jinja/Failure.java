package org.tune4j.engine.tokenize.jinja;

/**
 * What stops a template; becomes an exception of the engine where the template is left. It carries
 * no stack trace, because it tells about the template and not about this code.
 */
final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why a template stops. */
  enum Kind {
    /** The text is not a template. */
    SYNTAX,
    /** The template did something that Python or jinja2 refuses too. */
    ERROR,
    /** The template called {@code raise_exception}. */
    REFUSAL
  }

  private final Kind kind;
  private int line;

  private Failure(Kind kind, String message, int line) {
    super(message, null, false, false);
    this.kind = kind;
    this.line = line;
  }

  static Failure syntax(String message, int line) {
    return new Failure(Kind.SYNTAX, message, line);
  }

  static Failure error(String message) {
    return new Failure(Kind.ERROR, message, 0);
  }

  static Failure refusal(String message) {
    return new Failure(Kind.REFUSAL, message, 0);
  }

  Kind kind() {
    return kind;
  }

  /** Line of the template, from 1. */
  int line() {
    return line;
  }

  /** Says where it happened; the innermost place counts. */
  Failure at(int innerLine) {
    if (line == 0) {
      line = innerLine;
    }
    return this;
  }
}
