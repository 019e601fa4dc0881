package org.tune4j.engine.preflight;

import java.util.Optional;
import org.tune4j.engine.preflight.duplicate.RowGroups;

/**
 * Rows with the same text and different classes: they teach both. For free answers that is usual.
 */
final class ConflictsCheck implements Check {
  @Override
  public String key() {
    return "conflicts";
  }

  @Override
  public Optional<Finding> judge(Measured measured) {
    RowGroups same = measured.repeats().sameInput();
    if (measured.classes().counts().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        same.rows() == 0
            ? Finding.ok(key(), "the same text always has the same class")
            : Finding.warn(
                key(),
                "%s share their text with one of another class, most often %s"
                    .formatted(Figures.partOf(same.rows(), same.all()), RowNames.largest(same))));
  }
}
