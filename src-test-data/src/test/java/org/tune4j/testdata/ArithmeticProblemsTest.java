package org.tune4j.testdata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.tune4j.testdata.ArithmeticProblems.Problem;

class ArithmeticProblemsTest {
  private static final Pattern EQUATION = Pattern.compile("(\\d+) ([-+*/]) (\\d+) = (\\d+)");
  private static final Pattern NUMBER = Pattern.compile("\\d+");

  private final ArithmeticProblems problems = new ArithmeticProblems();

  @Property
  void theWorkedAnswerIsRight(@ForAll long seed, @ForAll Language language) {
    Problem problem = problems.draw(language, Seeds.random(seed, 0), false);
    Set<Integer> known = numbers(problem.question());
    Matcher equation = EQUATION.matcher(problem.answer());
    int result = -1;
    while (equation.find()) {
      int left = Integer.parseInt(equation.group(1));
      int right = Integer.parseInt(equation.group(3));
      result =
          switch (equation.group(2)) {
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            default -> exactQuotient(left, right);
          };
      assertThat(Integer.parseInt(equation.group(4))).as(problem.answer()).isEqualTo(result);
      assertThat(known).as(problem.question()).contains(left, right);
      known.add(result);
    }
    assertThat(problem.result()).isPositive().isEqualTo(result);
    assertThat(problem.answer()).endsWith("\n#### " + result);
  }

  private static int exactQuotient(int left, int right) {
    assertThat(left % right).isZero();
    return left / right;
  }

  private static Set<Integer> numbers(String text) {
    Set<Integer> numbers = new HashSet<>();
    Matcher number = NUMBER.matcher(text);
    while (number.find()) {
      numbers.add(Integer.parseInt(number.group()));
    }
    return numbers;
  }

  @Example
  void everyNumberOfTheQuestionIsUsed() {
    for (int row = 0; row < 2000; row++) {
      Problem problem = problems.draw(Language.values()[row % 2], Seeds.random(3, row), false);
      assertThat(numbers(problem.answer())).containsAll(numbers(problem.question()));
    }
  }
}
