package org.tune4j.engine.preflight;

import java.util.Optional;
import org.tune4j.engine.preflight.Measured.Encoding;
import org.tune4j.engine.preflight.Measured.Tokens;

/** Whether rows have tokens that are learned. */
final class LearnedCheck implements Check {
  @Override
  public String key() {
    return "learned_tokens";
  }

  @Override
  public Optional<Finding> judge(Measured measured) {
    Encoding encoding = measured.encoding();
    Tokens tokens = measured.tokens();
    if (encoding.rows() == 0) {
      return Optional.empty();
    }
    if (tokens.learned() == 0) {
      return Optional.of(
          Finding.refuse(
              key(), "no token of any row is learned; see which roles and parts are trained on"));
    }
    String found =
        "%s of the tokens are learned".formatted(Figures.share(tokens.learned(), tokens.kept()));
    if (encoding.unlearned() > 0) {
      return Optional.of(
          Finding.warn(
              key(),
              "%s; %s have none"
                  .formatted(found, Figures.partOf(encoding.unlearned(), encoding.rows()))));
    }
    return Optional.of(Finding.ok(key(), found));
  }
}
