package org.tune4j.engine.preflight;

import java.util.Optional;
import org.tune4j.engine.preflight.Measured.Encoding;

/** Whether rows teach the model to stop. A model that never learns it writes on for ever. */
final class StopTokenCheck implements Check {
  private static final double ENOUGH = 0.9;

  @Override
  public String key() {
    return "stop_token";
  }

  @Override
  public Optional<Finding> judge(Measured measured) {
    Encoding encoding = measured.encoding();
    if (encoding.kept() == 0) {
      return Optional.empty();
    }
    String found =
        "%s learn a stop token".formatted(Figures.partOf(encoding.stopped(), encoding.kept()));
    if (encoding.stopped() == 0) {
      return Optional.of(
          Finding.refuse(
              key(),
              "no row learns a stop token, so the model would never stop; see train_on_eos, the"
                  + " chat template's end of a turn, and max_length"));
    }
    return Optional.of(
        encoding.stopped() < ENOUGH * encoding.kept()
            ? Finding.warn(key(), found + "; rows that are cut at their end lose theirs")
            : Finding.ok(key(), found));
  }
}
