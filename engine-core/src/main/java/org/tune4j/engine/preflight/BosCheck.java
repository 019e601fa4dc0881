package org.tune4j.engine.preflight;

import java.util.Optional;
import org.tune4j.engine.preflight.Measured.Encoding;

/**
 * Whether a row has BOS twice, as when both chat template and tokenizer add it. A template may
 * begin each turn with BOS after EOS.
 */
final class BosCheck implements Check {
  @Override
  public String key() {
    return "bos";
  }

  @Override
  public Optional<Finding> judge(Measured measured) {
    Encoding encoding = measured.encoding();
    if (encoding.kept() == 0) {
      return Optional.empty();
    }
    return Optional.of(
        encoding.severalBos() == 0
            ? Finding.ok(key(), "no row has more than one BOS token")
            : Finding.refuse(
                key(),
                "%s have more than one BOS token; take it out of the chat template or of the texts"
                    .formatted(Figures.partOf(encoding.severalBos(), encoding.kept()))));
  }
}
