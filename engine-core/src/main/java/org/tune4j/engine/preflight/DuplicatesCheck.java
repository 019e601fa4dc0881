package org.tune4j.engine.preflight;

import java.util.Optional;
import org.tune4j.engine.preflight.duplicate.RowGroups;

/**
 * Rows that occur more than once. Rows may be weighted by repeating them, but not so that most are
 * copies.
 */
final class DuplicatesCheck implements Check {
  private static final double MOST = 0.5;

  @Override
  public String key() {
    return "duplicates";
  }

  @Override
  public Optional<Finding> judge(Measured measured) {
    RowGroups exact = measured.repeats().exact();
    if (exact.rows() == 0) {
      return Optional.of(Finding.ok(key(), "no row occurs twice"));
    }
    String found =
        "%s are copies of another, most often %s"
            .formatted(Figures.partOf(exact.copies(), exact.all()), RowNames.largest(exact));
    return Optional.of(
        exact.copies() > MOST * exact.all()
            ? Finding.refuse(key(), found + "; repeat rows by epochs")
            : Finding.warn(key(), found));
  }
}
