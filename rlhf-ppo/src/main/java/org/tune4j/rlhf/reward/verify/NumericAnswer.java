package org.tune4j.rlhf.reward.verify;

import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.source.Row;
import org.tune4j.engine.text.AnswerNumber;
import org.tune4j.rlhf.reward.Reward;

/**
 * 1 for a response that answers with the right number, else 0. The answer is what stands in the
 * last {@code \boxed{…}}, or else behind {@code ####}, or else the last number; numbers are
 * compared exactly, however they are written ({@link AnswerNumber}). What ends with an equals sign,
 * or with a division that comes out even, has not been calculated to its end: it answers nothing. A
 * small policy found within 90 updates that {@code 36 / 4 =} could be read as 9.
 *
 * @param column of the row that has the right answer: a number, or a text that ends with it
 */
public record NumericAnswer(String column) implements Reward {
  /** An equals sign at the end, or a division. */
  private static final Pattern END =
      Pattern.compile("(?:=|(?<top>\\d+)\\s?[/÷]\\s?(?<bottom>\\d+))[\\s.。*_$]*$");

  @Override
  public double score(String prompt, String response, Row row) {
    String right = ResponseText.column(row, column);
    AnswerNumber wanted =
        number(right)
            .orElseThrow(
                () ->
                    new DataException(
                        "%s: column %s: has no number".formatted(row.where(), column)));
    return number(response).filter(wanted::matches).isPresent() && !isUnfinished(response) ? 1 : 0;
  }

  private static Optional<AnswerNumber> number(String text) {
    return AnswerNumber.find(answer(text));
  }

  private static String answer(String text) {
    return ResponseText.boxed(text).orElse(text);
  }

  private static boolean isUnfinished(String response) {
    Matcher end = END.matcher(answer(response));
    if (!end.find()) {
      return false;
    }
    if (end.group("top") == null) {
      return true;
    }
    BigInteger bottom = new BigInteger(end.group("bottom"));
    return bottom.compareTo(BigInteger.ONE) > 0
        && new BigInteger(end.group("top")).mod(bottom).signum() == 0;
  }
}
