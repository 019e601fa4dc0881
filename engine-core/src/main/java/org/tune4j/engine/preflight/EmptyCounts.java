package org.tune4j.engine.preflight;

import org.tune4j.engine.preflight.Measured.Empty;

/** Counts rows with an empty part, and pairs of answers that have nothing to tell. */
final class EmptyCounts {
  private long prompts;
  private long completions;
  private long texts;
  private long pairs;
  private long equalPairs;

  synchronized void add(PreflightRow row) {
    boolean pair = row.form() == PreflightRow.Form.PAIR;
    boolean answers = pair || row.form() == PreflightRow.Form.ANSWER;
    boolean blank = row.input().isBlank();
    prompts += answers && blank ? 1 : 0;
    texts += !answers && blank ? 1 : 0;
    completions += answers && row.outputs().stream().anyMatch(String::isBlank) ? 1 : 0;
    pairs += pair ? 1 : 0;
    equalPairs += pair && row.outputs().get(0).equals(row.outputs().get(1)) ? 1 : 0;
  }

  synchronized Empty empty() {
    return new Empty(prompts, completions, texts, pairs, equalPairs);
  }
}
