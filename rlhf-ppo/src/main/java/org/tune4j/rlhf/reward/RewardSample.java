package org.tune4j.rlhf.reward;

import java.util.Objects;
import org.tune4j.engine.data.source.Row;

/**
 * A response that is to be rewarded.
 *
 * @param prompt the text that was answered
 * @param response the answer, without what ends it
 * @param row that the prompt comes from: its other columns are what a reward may check against
 */
public record RewardSample(String prompt, String response, Row row) {
  public RewardSample {
    Objects.requireNonNull(prompt, "prompt");
    Objects.requireNonNull(response, "response");
    Objects.requireNonNull(row, "row");
  }
}
