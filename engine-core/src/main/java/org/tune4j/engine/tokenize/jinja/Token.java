package org.tune4j.engine.tokenize.jinja;

/**
 * A piece of a template's source.
 *
 * @param text a name, an operator, or the data between tags
 * @param value of a literal, else null
 * @param line from 1
 */
record Token(Kind kind, String text, Object value, int line) {
  /** What a token is. */
  enum Kind {
    DATA,
    VARIABLE_BEGIN,
    VARIABLE_END,
    BLOCK_BEGIN,
    BLOCK_END,
    NAME,
    STRING,
    NUMBER,
    OPERATOR,
    END
  }

  boolean is(Kind wanted) {
    return kind == wanted;
  }

  boolean isOperator(String operator) {
    return kind == Kind.OPERATOR && text.equals(operator);
  }

  boolean isName(String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  /** How messages speak of it. */
  String describe() {
    return switch (kind) {
      case DATA -> "template data / text";
      case VARIABLE_BEGIN -> "begin of print statement";
      case VARIABLE_END -> "end of print statement";
      case BLOCK_BEGIN -> "begin of statement block";
      case BLOCK_END -> "end of statement block";
      case END -> "end of template";
      case STRING -> "string";
      case NUMBER -> "number";
      default -> text;
    };
  }
}
