package org.tune4j.engine.tokenize;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;

/**
 * How often the matcher behind the tokenizers library (Oniguruma) may go back in one match of a
 * regular expression. It gives up after ten million times, and then the library ends the process:
 * so an expression is taken only if that number grows no faster than the text.
 *
 * <p>It does if, wherever a match can still fail, at most one repetition without a bound lies
 * behind, and no repetition contains something of varying length. Expressions of real tokenizers
 * are of this kind: {@code \p{L}+}, {@code \s*[\r\n]+}, {@code \s+(?!\S)}. What need not be known
 * is whether two parts can match the same text at all, so some harmless expressions are refused.
 */
final class PatternCost {
  private static final int MOST_CHARACTERS = 4000;
  private static final int MOST_DEPTH = 50;
  private static final int MOST_COST = 8;
  private static final int MOST_WAYS = 64;
  private static final int TOO_FREE = 100;
  private static final Pattern COUNT = Pattern.compile("\\{(\\d{1,4})?(,)?(\\d{1,4})?\\}");

  private final String text;
  private final Object where;
  private int at;
  private int depth;
  private int cost;

  private PatternCost(String text, Object where) {
    this.text = text;
    this.where = where;
  }

  /**
   * Part of an expression.
   *
   * @param freedom repetitions without a bound that a later failure can make shorter
   * @param ways other choices that a later failure can change, multiplied
   * @param canFail whether it can fail to match
   * @param behind the most freedom that lies behind a place in it that can fail
   * @param varies whether its length does
   */
  private record Part(int freedom, int ways, boolean canFail, int behind, boolean varies) {
    static final Part ONE_CHARACTER = new Part(0, 1, true, 0, false);
    static final Part NOTHING = new Part(0, 1, false, 0, false);
  }

  /**
   * The times that a match goes back for each character of a text, at most.
   *
   * @param where file and field, for errors
   * @throws ModelFormatException if there is no such number
   */
  static int of(String expression, Object where) {
    PatternCost pattern = new PatternCost(expression, where);
    if (expression.length() > MOST_CHARACTERS) {
      throw pattern.refused("it is longer than " + MOST_CHARACTERS + " characters");
    }
    pattern.alternatives();
    if (pattern.at < expression.length()) {
      throw pattern.refused("a group is closed that was not opened");
    }
    if (pattern.cost > MOST_COST) {
      throw pattern.refused("it has too many repetitions that something must follow");
    }
    return pattern.cost;
  }

  private ModelFormatException refused(String why) {
    return new ModelFormatException(
        where
            + ": the regular expression '"
            + Shortened.text(text)
            + "' could run for ever on some texts, or is not understood: at character "
            + at
            + ", "
            + why);
  }

  private Part alternatives() {
    if (++depth > MOST_DEPTH) {
      throw refused("groups lie more than " + MOST_DEPTH + " deep");
    }
    Part all = sequence();
    while (at < text.length() && text.charAt(at) == '|') {
      at++;
      Part next = sequence();
      all =
          new Part(
              Math.max(all.freedom, next.freedom),
              bounded(all.ways + next.ways),
              all.canFail && next.canFail,
              Math.max(all.behind, next.behind),
              true);
    }
    depth--;
    return all;
  }

  private Part sequence() {
    Part whole = Part.NOTHING;
    boolean first = true;
    while (at < text.length() && text.charAt(at) != '|' && text.charAt(at) != ')') {
      Part part = repeated(single(first));
      first = false;
      int behind = whole.freedom + part.behind;
      if (part.canFail || part.behind > 0) {
        if (behind > 1) {
          throw refused("something must follow what is repeated within or beside a repetition");
        }
        cost += behind == 1 ? whole.ways : 0;
      } else {
        behind = 0;
      }
      whole =
          new Part(
              Math.min(TOO_FREE, whole.freedom + part.freedom),
              bounded(whole.ways * part.ways),
              whole.canFail || part.canFail,
              Math.max(whole.behind, behind),
              whole.varies || part.varies);
    }
    return whole;
  }

  private int bounded(int ways) {
    if (ways > MOST_WAYS) {
      throw refused("there are more than " + MOST_WAYS + " ways through it");
    }
    return ways;
  }

  private Part repeated(Part part) {
    while (at < text.length()) {
      int min;
      int max;
      char c = text.charAt(at);
      Matcher count = COUNT.matcher(text).region(at, text.length());
      boolean counted = c == '{' && count.lookingAt() && !count.group().matches("\\{,?\\}");
      if (counted) {
        at = count.end();
        min = count.group(1) == null ? 0 : Integer.parseInt(count.group(1));
        boolean open = count.group(2) != null && count.group(3) == null;
        max =
            open
                ? Integer.MAX_VALUE
                : count.group(3) == null ? min : Integer.parseInt(count.group(3));
      } else if (c == '*' || c == '+' || c == '?') {
        at++;
        min = c == '+' ? 1 : 0;
        max = c == '?' ? 1 : Integer.MAX_VALUE;
      } else {
        return part;
      }
      part = repetition(part, min, max);
      if (at < text.length() && text.charAt(at) == '?') {
        at++;
      } else if (!counted && at < text.length() && text.charAt(at) == '+') {
        // What is possessive never goes back.
        at++;
        part = new Part(0, 1, part.canFail, part.behind, false);
      }
    }
    return part;
  }

  private Part repetition(Part part, int min, int max) {
    if (max < min) {
      throw refused("a repetition ends before it begins");
    }
    boolean canFail = part.canFail && min > 0;
    if (max > 1 && (part.varies || part.freedom > 0)) {
      if (min > 1 && part.canFail) {
        throw refused("something of varying length is repeated");
      }
      return new Part(TOO_FREE, 1, canFail, part.behind, true);
    }
    if (max - min > 16) {
      return new Part(part.freedom + 1, part.ways, canFail, part.behind, true);
    }
    int ways = bounded(part.ways + max - min);
    return new Part(part.freedom, ways, canFail, part.behind, part.varies || max != min);
  }

  private Part single(boolean first) {
    char c = text.charAt(at++);
    return switch (c) {
      case '(' -> group(first);
      case '[' -> characterClass();
      case '\\' -> escape();
      case '*', '+', '?' -> throw refused("there is nothing to repeat");
      default -> Part.ONE_CHARACTER;
    };
  }

  private Part group(boolean first) {
    Matcher opening =
        Pattern.compile("\\?(?:(<?[=!])|(>)|([ims-]*)(:|\\))|<([A-Za-z_]\\w*)>)")
            .matcher(text)
            .region(at, text.length());
    boolean special = at < text.length() && text.charAt(at) == '?';
    if (special && !opening.lookingAt()) {
      throw refused("a group of this kind is not supported");
    }
    if (special) {
      at = opening.end();
      if (")".equals(opening.group(4))) {
        if (!first) {
          throw refused("options may be set where a group begins only");
        }
        return Part.NOTHING;
      }
    }
    if (at < text.length() && text.charAt(at) == '*') {
      throw refused("a group of this kind is not supported");
    }
    Part inner = alternatives();
    if (at >= text.length()) {
      throw refused("a group is not closed");
    }
    at++;
    if (special && opening.group(1) != null) {
      return new Part(0, 1, true, inner.behind, false);
    }
    return special && opening.group(2) != null
        ? new Part(0, 1, inner.canFail, inner.behind, false)
        : inner;
  }

  private Part characterClass() {
    int open = 1;
    boolean empty = true;
    while (open > 0) {
      if (at >= text.length()) {
        throw refused("a class of characters is not closed");
      }
      char c = text.charAt(at++);
      if (c == '\\') {
        at++;
      } else if (c == '[') {
        open++;
      } else if (c == ']') {
        if (empty) {
          throw refused("a class of characters is empty");
        }
        open--;
      }
      empty = empty && c == '^' || c == '[';
    }
    return Part.ONE_CHARACTER;
  }

  private Part escape() {
    if (at >= text.length()) {
      throw refused("it ends with a backslash");
    }
    char c = text.charAt(at++);
    if (c >= '1' && c <= '9' || "kgcCMKRX".indexOf(c) >= 0) {
      throw refused("\\" + c + " is not supported");
    }
    if ("pPxuo".indexOf(c) >= 0 && at < text.length() && text.charAt(at) == '{') {
      int end = text.indexOf('}', at);
      if (end < 0) {
        throw refused("a brace is not closed");
      }
      at = end + 1;
    }
    return Part.ONE_CHARACTER;
  }
}
