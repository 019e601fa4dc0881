package org.tune4j.engine.tokenize.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Cuts a template into tokens as jinja2 does with {@code trim_blocks} and {@code lstrip_blocks}: a
 * block takes the line break behind it and the white space of its line before it, unless a sign in
 * the tag says otherwise.
 */
final class Lexer {
  private static final String[] LONG_OPERATORS = {"//", "**", "==", "!=", ">=", "<="};
  private static final String OPERATORS = "+-/*%~[](){}><=.:|,;";

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;

  /** Whether the data that follows begins a line. */
  private boolean lineStarting = true;

  private Lexer(String source) {
    this.source = source;
  }

  static List<Token> tokens(String template) {
    String source = template.replace("\r\n", "\n").replace('\r', '\n');
    Lexer lexer =
        new Lexer(source.endsWith("\n") ? source.substring(0, source.length() - 1) : source);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (at < source.length()) {
      int tag = nextTag();
      if (tag < 0) {
        add(Token.Kind.DATA, source.substring(at));
        advance(source.length());
      } else {
        tag(tag);
      }
    }
    add(Token.Kind.END, "");
  }

  private int nextTag() {
    for (int i = source.indexOf('{', at); i >= 0; i = source.indexOf('{', i + 1)) {
      if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  private void tag(int tag) {
    char kind = source.charAt(tag + 1);
    char sign = sign(tag + 2);
    int rawEnd = kind == '%' ? rawBegin(tag) : -1;
    data(tag, sign, kind != '{');
    at = tag;
    if (rawEnd >= 0) {
      advance(rawEnd);
      raw();
      return;
    }
    advance(tag + (sign == 0 ? 2 : 3));
    switch (kind) {
      case '#' -> comment();
      case '{' -> {
        add(Token.Kind.VARIABLE_BEGIN, "");
        code(Token.Kind.VARIABLE_END);
      }
      default -> {
        add(Token.Kind.BLOCK_BEGIN, "");
        code(Token.Kind.BLOCK_END);
      }
    }
  }

  /** The sign of a tag, 0 for none. */
  private char sign(int index) {
    char c = charAt(index);
    return c == '-' || c == '+' ? c : 0;
  }

  private char charAt(int index) {
    return index < source.length() ? source.charAt(index) : 0;
  }

  /** Emits the data before a tag, without the white space that the tag takes. */
  private void data(int end, char sign, boolean isBlock) {
    int dataEnd = end;
    if (sign == '-') {
      dataEnd = skipSpaceBack(end, true);
    } else if (sign == 0 && isBlock) {
      int lineStart = skipSpaceBack(end, false);
      boolean startsLine = lineStart > at ? source.charAt(lineStart - 1) == '\n' : lineStarting;
      dataEnd = startsLine ? lineStart : end;
    }
    if (dataEnd > at) {
      add(Token.Kind.DATA, source.substring(at, dataEnd));
    }
    advance(end);
  }

  /** Where the white space before an index begins, not before the current place. */
  private int skipSpaceBack(int end, boolean acrossLines) {
    int i = end;
    while (i > at
        && Characters.isSpace(source.charAt(i - 1))
        && (acrossLines || source.charAt(i - 1) != '\n')) {
      i--;
    }
    return i;
  }

  private int skipSpace(int from) {
    int i = from;
    while (i < source.length() && Characters.isSpace(source.charAt(i))) {
      i++;
    }
    return i;
  }

  /** Moves on, and counts lines. */
  private void advance(int to) {
    for (int i = at; i < to; i++) {
      line += source.charAt(i) == '\n' ? 1 : 0;
    }
    lineStarting = to > 0 && source.charAt(to - 1) == '\n';
    at = to;
  }

  private void add(Token.Kind kind, String text) {
    tokens.add(new Token(kind, text, null, line));
  }

  /** The end of a tag that opens raw text, or -1. */
  private int rawBegin(int tag) {
    int name = skipSpace(tag + (sign(tag + 2) == 0 ? 2 : 3));
    if (!source.startsWith("raw", name)) {
      return -1;
    }
    int end = skipSpace(name + 3);
    return source.startsWith("%}", end)
        ? end + 2
        : source.startsWith("-%}", end) ? skipSpace(end + 3) : -1;
  }

  private void raw() {
    for (int tag = source.indexOf("{%", at); tag >= 0; tag = source.indexOf("{%", tag + 1)) {
      char sign = sign(tag + 2);
      int name = skipSpace(tag + (sign == 0 ? 2 : 3));
      int end = source.startsWith("endraw", name) ? blockEnd(skipSpace(name + 6)) : -1;
      if (end >= 0) {
        data(tag, sign, true);
        advance(end);
        return;
      }
    }
    openAtTheEnd("Missing end of raw directive");
  }

  private void comment() {
    int end = source.indexOf("#}", at);
    if (end < 0) {
      openAtTheEnd("Missing end of comment tag");
      return;
    }
    char sign = end > at ? sign(end - 1) : 0;
    int next = end + 2;
    if (sign == '-') {
      next = skipSpace(next);
    } else if (sign == 0 && charAt(next) == '\n') {
      next++;
    }
    advance(next);
  }

  /** Jinja2 forgives what the last tag of a template opens, if no character follows. */
  private void openAtTheEnd(String problem) {
    if (at < source.length()) {
      throw Failure.syntax(problem, line);
    }
  }

  /** Where the text behind the end of a block begins, or -1 if no block ends here. */
  private int blockEnd(int index) {
    if (source.startsWith("-%}", index)) {
      return skipSpace(index + 3);
    }
    if (source.startsWith("+%}", index)) {
      return index + 3;
    }
    if (source.startsWith("%}", index)) {
      return charAt(index + 2) == '\n' ? index + 3 : index + 2;
    }
    return -1;
  }

  private int variableEnd(int index) {
    if (source.startsWith("-}}", index)) {
      return skipSpace(index + 3);
    }
    return source.startsWith("}}", index) ? index + 2 : -1;
  }

  /** The tokens of a tag up to its end, which does not count within brackets. */
  private void code(Token.Kind end) {
    Deque<Character> brackets = new ArrayDeque<>();
    while (at < source.length()) {
      if (brackets.isEmpty()) {
        int next = end == Token.Kind.BLOCK_END ? blockEnd(at) : variableEnd(at);
        if (next >= 0) {
          add(end, "");
          advance(next);
          return;
        }
      }
      if (Characters.isSpace(source.charAt(at))) {
        advance(skipSpace(at));
      } else {
        token(brackets);
      }
    }
  }

  private void token(Deque<Character> brackets) {
    char c = source.charAt(at);
    if (c >= '0' && c <= '9') {
      NumberLiteral number = NumberLiteral.at(source, at);
      if (number.value() == null) {
        throw Failure.syntax("an integer of too many digits", line);
      }
      tokens.add(new Token(Token.Kind.NUMBER, "", number.value(), line));
      advance(number.end());
    } else if (isNamePart(source.codePointAt(at))) {
      name();
    } else if (c == '\'' || c == '"') {
      string(c);
    } else {
      operator(brackets);
    }
  }

  private static boolean isNamePart(int c) {
    return c == '_'
        || Character.isLetterOrDigit(c)
        || c > 127 && Character.isUnicodeIdentifierPart(c);
  }

  private void name() {
    int end = at;
    while (end < source.length() && isNamePart(source.codePointAt(end))) {
      end += Character.charCount(source.codePointAt(end));
    }
    String name = source.substring(at, end);
    if (!Characters.isIdentifier(Text.of(name))) {
      throw Failure.syntax("Invalid character in identifier", line);
    }
    add(Token.Kind.NAME, name);
    advance(end);
  }

  private void string(char quote) {
    int end = at + 1;
    while (charAt(end) != quote || end >= source.length()) {
      if (end >= source.length()) {
        throw unexpected(quote);
      }
      end += source.charAt(end) == '\\' ? 2 : 1;
    }
    Text value = Text.of(StringLiteral.unescape(source.substring(at + 1, end), line));
    tokens.add(new Token(Token.Kind.STRING, "", value, line));
    advance(end + 1);
  }

  private Failure unexpected(char c) {
    return Failure.syntax("unexpected char " + Repr.brief(Text.of("" + c)) + " at " + at, line);
  }

  private void operator(Deque<Character> brackets) {
    String operator = null;
    for (String candidate : LONG_OPERATORS) {
      operator = source.startsWith(candidate, at) ? candidate : operator;
    }
    char c = source.charAt(at);
    if (operator == null && OPERATORS.indexOf(c) < 0) {
      throw unexpected(c);
    }
    if (operator == null) {
      operator = String.valueOf(c);
      balance(c, brackets);
    }
    add(Token.Kind.OPERATOR, operator);
    advance(at + operator.length());
  }

  private void balance(char c, Deque<Character> brackets) {
    switch (c) {
      case '{' -> brackets.push('}');
      case '(' -> brackets.push(')');
      case '[' -> brackets.push(']');
      case '}', ')', ']' -> {
        if (brackets.isEmpty()) {
          throw Failure.syntax("unexpected '" + c + "'", line);
        }
        char expected = brackets.pop();
        if (expected != c) {
          throw Failure.syntax("unexpected '" + c + "', expected '" + expected + "'", line);
        }
      }
      default -> {}
    }
  }
}
