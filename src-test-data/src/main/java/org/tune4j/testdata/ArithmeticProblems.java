package org.tune4j.testdata;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Word problems with one or two steps of whole-number arithmetic and a worked answer in the form of
 * GSM8K: sentences with equations, then a last line {@code #### result}.
 */
public final class ArithmeticProblems implements TextKind {
  private final Map<Language, Grammar> grammars = new EnumMap<>(Language.class);

  public ArithmeticProblems() {
    for (Language language : Language.values()) {
      grammars.put(language, Grammar.load("arithmetic", language));
    }
  }

  /**
   * A problem.
   *
   * @param question the text of the problem
   * @param answer the worked answer; its last line is {@code #### result}
   * @param result the number asked for
   */
  public record Problem(String question, String answer, int result) {}

  /** What is computed: the names of the grammar's rules, and how the numbers are drawn. */
  public enum Kind {
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    CHANGE,
    GIVE_AND_GET,
    BOXES_AND_MORE,
    DISTANCE
  }

  /** One equation. */
  private record Step(int left, char operator, int right) {
    int result() {
      return switch (operator) {
        case '+' -> left + right;
        case '-' -> left - right;
        case '*' -> left * right;
        case '/' -> left / right;
        default -> throw new IllegalStateException("No operator " + operator);
      };
    }

    @Override
    public String toString() {
      return left + " " + operator + " " + right + " = " + result();
    }
  }

  @Override
  public String write(Language language, SplittableRandom random) {
    Problem problem = draw(language, random, false);
    return problem.question() + "\n" + problem.answer();
  }

  /** Draws a problem of any kind, from the held-out questions or from all others. */
  public Problem draw(Language language, SplittableRandom random, boolean heldOut) {
    return draw(List.of(Kind.values()), language, random, heldOut);
  }

  /** Draws a problem of one of these kinds, from the held-out questions or from all others. */
  public Problem draw(
      List<Kind> kinds, Language language, SplittableRandom random, boolean heldOut) {
    while (true) {
      Problem problem = draw(kinds.get(random.nextInt(kinds.size())), language, random);
      if (HeldOut.contains(problem.question()) == heldOut) {
        return problem;
      }
    }
  }

  private Problem draw(Kind kind, Language language, SplittableRandom random) {
    Grammar.Text text = grammars.get(language).text(random);
    Step last =
        switch (kind) {
          case ADD -> one(text, random.nextInt(2, 60), '+', random.nextInt(2, 40));
          case SUBTRACT -> {
            int all = random.nextInt(10, 90);
            yield one(text, all, '-', random.nextInt(2, all - 2));
          }
          case MULTIPLY -> one(text, random.nextInt(2, 13), '*', random.nextInt(2, 13));
          case DISTANCE -> one(text, 5 * random.nextInt(2, 13), '*', random.nextInt(2, 7));
          case DIVIDE -> {
            int people = random.nextInt(2, 11);
            yield one(text, people * random.nextInt(2, 11), '/', people);
          }
          case CHANGE -> {
            Step price = new Step(random.nextInt(2, 10), '*', random.nextInt(2, 10));
            int money = price.result() + random.nextInt(2, 20);
            yield two(text.with("c", money), price, new Step(money, '-', price.result()));
          }
          case GIVE_AND_GET -> {
            int all = random.nextInt(10, 60);
            Step given = new Step(all, '-', random.nextInt(2, all - 2));
            int more = random.nextInt(2, 30);
            yield two(text.with("c", more), given, new Step(given.result(), '+', more));
          }
          case BOXES_AND_MORE -> {
            Step boxes = new Step(random.nextInt(2, 10), '*', random.nextInt(2, 10));
            int more = random.nextInt(2, 20);
            yield two(text.with("c", more), boxes, new Step(boxes.result(), '+', more));
          }
        };
    String rule = kind.name().toLowerCase(Locale.ROOT);
    String question = text.write(rule + ".question");
    String answer = text.write(rule + ".answer") + "\n#### " + last.result();
    return new Problem(question, answer, last.result());
  }

  private static Step one(Grammar.Text text, int left, char operator, int right) {
    Step step = new Step(left, operator, right);
    text.with("a", left).with("b", right).with("first", step);
    return step;
  }

  private static Step two(Grammar.Text text, Step first, Step second) {
    one(text, first.left(), first.operator(), first.right());
    text.with("second", second);
    return second;
  }
}
