package org.tune4j.eval.judge;

import java.util.Objects;
import java.util.Optional;

/**
 * An answer to be judged.
 *
 * @param where the row stands: source and line
 * @param prompt what was asked
 * @param answer what a model answered
 * @param reference an answer that is known to be right
 */
public record JudgeRow(String where, String prompt, String answer, Optional<String> reference) {
  public JudgeRow {
    Objects.requireNonNull(where, "where");
    Objects.requireNonNull(prompt, "prompt");
    Objects.requireNonNull(answer, "answer");
    Objects.requireNonNull(reference, "reference");
  }
}
