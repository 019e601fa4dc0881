package org.tune4j.rlhf.reward.verify;

import org.tune4j.engine.DataException;
import org.tune4j.engine.data.source.Row;
import org.tune4j.engine.text.AnswerNumber;
import org.tune4j.rlhf.reward.Reward;

/**
 * 1 for a response that answers with the right number, else 0. The answer is what stands in the
 * last {@code \boxed{…}}, or else behind {@code ####}, or else the last number; numbers are
 * compared exactly, however they are written ({@link AnswerNumber}). A division that comes out
 * even, or what an equals sign follows, has not been calculated to its end: it answers nothing. A
 * small policy found within 90 updates that {@code 36 / 4 =} could be read as 9.
 *
 * @param column of the row that has the right answer: a number, or a text that ends with it
 */
public record NumericAnswer(String column) implements Reward {
  @Override
  public double score(String prompt, String response, Row row) {
    String right = ResponseText.column(row, column);
    AnswerNumber wanted =
        AnswerNumber.find(answer(right))
            .orElseThrow(
                () ->
                    new DataException(
                        "%s: column %s: has no number".formatted(row.where(), column)));
    return AnswerNumber.findCalculated(answer(response)).filter(wanted::matches).isPresent()
        ? 1
        : 0;
  }

  private static String answer(String text) {
    return ResponseText.boxed(text).orElse(text);
  }
}
