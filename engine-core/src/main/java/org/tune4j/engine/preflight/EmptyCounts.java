package org.tune4j.engine.preflight;

import org.tune4j.engine.preflight.Measured.Empty;

/** Counts rows with an empty part. */
final class EmptyCounts {
  private long prompts;
  private long completions;
  private long texts;

  synchronized void add(PreflightRow row) {
    boolean answers = row.form() == PreflightRow.Form.ANSWER;
    boolean blank = row.input().isBlank();
    prompts += answers && blank ? 1 : 0;
    texts += !answers && blank ? 1 : 0;
    completions += answers && row.outputs().stream().anyMatch(String::isBlank) ? 1 : 0;
  }

  synchronized Empty empty() {
    return new Empty(prompts, completions, texts);
  }
}
