package org.tune4j.engine.preflight;

import java.util.Optional;
import org.tune4j.engine.preflight.Measured.Empty;

/** Pairs of the same answer twice: nothing tells the better one. */
final class EqualAnswersCheck implements Check {
  @Override
  public String key() {
    return "equal_answers";
  }

  @Override
  public Optional<Finding> judge(Measured measured) {
    Empty found = measured.empty();
    if (found.pairs() == 0) {
      return Optional.empty();
    }
    if (found.equalPairs() == 0) {
      return Optional.of(Finding.ok(key(), "the answers of each pair differ"));
    }
    String said =
        "%s have the same answer twice"
            .formatted(Figures.partOf(found.equalPairs(), found.pairs()));
    return Optional.of(
        found.equalPairs() == found.pairs()
            ? Finding.refuse(key(), said + ": nothing can be learned of them")
            : Finding.warn(key(), said + "; remove them"));
  }
}
