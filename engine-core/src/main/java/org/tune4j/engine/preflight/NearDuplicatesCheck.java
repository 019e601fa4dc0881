package org.tune4j.engine.preflight;

import java.util.Optional;
import org.tune4j.engine.preflight.duplicate.RowGroups;

/** Different rows that say nearly the same. */
final class NearDuplicatesCheck implements Check {
  @Override
  public String key() {
    return "near_duplicates";
  }

  @Override
  public Optional<Finding> judge(Measured measured) {
    RowGroups near = measured.repeats().near();
    String texts =
        Figures.of(near.compared(), "different text", "different texts")
            + (near.compared() < near.all()
                ? ", a sample of %s,".formatted(Figures.whole(near.all()))
                : "");
    if (near.rows() == 0) {
      return Optional.of(Finding.ok(key(), "no two of %s are nearly alike".formatted(texts)));
    }
    return Optional.of(
        Finding.warn(
            key(),
            "%s of %s nearly repeat another (%s), most often %s"
                .formatted(
                    Figures.whole(near.copies()),
                    texts,
                    Figures.share(near.copies(), near.compared()),
                    RowNames.largest(near))));
  }
}
