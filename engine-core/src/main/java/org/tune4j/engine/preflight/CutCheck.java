package org.tune4j.engine.preflight;

import java.util.Optional;
import org.tune4j.engine.preflight.Measured.Encoding;

/** Rows that are longer than allowed: a warning from one row in twenty. */
final class CutCheck implements Check {
  private static final double MANY = 0.05;

  @Override
  public String key() {
    return "cut";
  }

  @Override
  public Optional<Finding> judge(Measured measured) {
    Encoding encoding = measured.encoding();
    if (encoding.kept() == 0) {
      return Optional.empty();
    }
    if (encoding.cut() == 0) {
      return Optional.of(Finding.ok(key(), "no row is cut"));
    }
    String found =
        "%s are cut and lose %s; raise max_length to keep them"
            .formatted(
                Figures.partOf(encoding.cut(), encoding.kept()),
                Figures.of(measured.tokens().cut(), "token", "tokens"));
    boolean many = encoding.cut() >= MANY * encoding.kept();
    return Optional.of(many ? Finding.warn(key(), found) : Finding.ok(key(), found));
  }
}
