package org.tune4j.rlhf.ppo;

import java.util.List;
import java.util.Optional;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.preflight.FileRows;
import org.tune4j.engine.preflight.Forecast;
import org.tune4j.engine.preflight.Preflight;
import org.tune4j.engine.preflight.PreflightReport;
import org.tune4j.engine.preflight.PreflightRow;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.rlhf.rollout.Prompt;
import org.tune4j.rlhf.rollout.Prompts;

/** Looks at the prompts of a run, and at what it will take, before it begins. */
public final class RolloutPreflight {
  private RolloutPreflight() {}

  /**
   * A report; see {@link PreflightReport#refuseIfAny}.
   *
   * @param data whose checks that may refuse without effect are taken
   * @param forecast see {@link RolloutMemory}
   */
  public static PreflightReport report(
      Prompts prompts, Tokenizer tokenizer, DataConfig data, Forecast forecast) {
    Preflight preflight = new Preflight(tokenizer, data.preflightAllow());
    for (Prompt prompt : prompts.all()) {
      preflight.add(
          new PreflightRow(
              prompt.example().source(),
              prompt.example().line(),
              PreflightRow.Form.TEXT,
              prompt.text(),
              List.of(),
              Optional.empty()));
    }
    return preflight.report(
        new FileRows(prompts.all().size(), 0), FileRows.NONE, Optional.of(forecast));
  }
}
