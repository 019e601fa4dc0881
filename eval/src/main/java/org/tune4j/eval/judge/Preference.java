package org.tune4j.eval.judge;

import java.util.Optional;

/**
 * Two answers to one prompt and which of them is better, asked in both orders.
 *
 * @param row what was asked, and the candidate's answer
 * @param baseline the other answer
 * @param whenFirst the verdict with the candidate's answer first; empty where there is none
 * @param whenSecond the verdict with the candidate's answer second; empty where there is none
 * @param replyWhenFirst all that the judge said then
 * @param replyWhenSecond all that the judge said then
 * @param failure why there is no outcome; empty where there is one
 */
public record Preference(
    JudgeRow row,
    String baseline,
    Optional<Outcome> whenFirst,
    Optional<Outcome> whenSecond,
    String replyWhenFirst,
    String replyWhenSecond,
    String failure) {
  /** For the candidate. */
  public enum Outcome {
    WIN,
    TIE,
    LOSS
  }

  /** What both orders agree on, a tie where they do not; empty where a verdict is missing. */
  public Optional<Outcome> outcome() {
    return whenFirst.flatMap(
        first -> whenSecond.map(second -> first == second ? first : Outcome.TIE));
  }

  /** Whether both orders have the same verdict. */
  boolean isConsistent() {
    return whenFirst.isPresent() && whenFirst.equals(whenSecond);
  }

  /** Whether whichever answer stood first was better. */
  boolean favoursFirst() {
    return whenFirst.equals(Optional.of(Outcome.WIN))
        && whenSecond.equals(Optional.of(Outcome.LOSS));
  }

  /** Whether whichever answer stood second was better. */
  boolean favoursSecond() {
    return whenFirst.equals(Optional.of(Outcome.LOSS))
        && whenSecond.equals(Optional.of(Outcome.WIN));
  }
}
