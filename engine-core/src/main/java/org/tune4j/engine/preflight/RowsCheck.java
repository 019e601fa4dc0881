package org.tune4j.engine.preflight;

import java.util.Optional;
import org.tune4j.engine.preflight.Measured.Scanned;

/** Whether there are rows, and how many are bad. */
final class RowsCheck implements Check {
  @Override
  public String key() {
    return "rows";
  }

  @Override
  public Optional<Finding> judge(Measured measured) {
    Scanned rows = measured.rows();
    if (rows.scanned() == 0) {
      return Optional.of(
          Finding.refuse(key(), "no row can be used, of %s".formatted(Figures.rows(rows.all()))));
    }
    String found =
        rows.sampled()
            ? "%s of %s were looked at"
                .formatted(Figures.whole(rows.scanned() + rows.bad()), Figures.rows(rows.all()))
            : "all %s were looked at".formatted(Figures.rows(rows.all()));
    if (rows.bad() > 0) {
      return Optional.of(
          Finding.warn(key(), "%s; %s cannot be used".formatted(found, Figures.whole(rows.bad()))));
    }
    return Optional.of(Finding.ok(key(), found));
  }
}
