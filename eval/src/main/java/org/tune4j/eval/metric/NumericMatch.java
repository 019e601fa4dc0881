package org.tune4j.eval.metric;

import java.util.List;
import java.util.Optional;
import org.tune4j.engine.DataException;
import org.tune4j.engine.text.AnswerNumber;

/** The share of answers that give a wanted number ({@link AnswerNumber}), 0 to 1. */
public final class NumericMatch implements MeanMetric {
  @Override
  public String name() {
    return "numeric_match";
  }

  @Override
  public double value(String hypothesis, List<String> references) {
    Optional<AnswerNumber> answer = AnswerNumber.find(hypothesis);
    boolean right = false;
    for (String reference : References.checked(references)) {
      AnswerNumber wanted =
          AnswerNumber.find(reference)
              .orElseThrow(
                  () ->
                      new DataException(
                          "the reference \"" + References.shown(reference) + "\" has no number"));
      right |= answer.isPresent() && wanted.matches(answer.get());
    }
    return right ? 1 : 0;
  }
}
