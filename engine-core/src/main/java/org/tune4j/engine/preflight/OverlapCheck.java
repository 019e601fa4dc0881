package org.tune4j.engine.preflight;

import java.util.Optional;
import org.tune4j.engine.preflight.duplicate.Overlap;

/** Evaluation rows that are trained on: they measure memory. */
final class OverlapCheck implements Check {
  @Override
  public String key() {
    return "overlap";
  }

  @Override
  public Optional<Finding> judge(Measured measured) {
    Overlap overlap = measured.repeats().overlap();
    long found = overlap.exact() + overlap.near();
    if (overlap.rows() == 0) {
      return Optional.empty();
    }
    String sample = overlap.sampled() ? " at least, in a sample" : "";
    if (found == 0) {
      return Optional.of(
          Finding.ok(
              key(),
              "none of %s is trained on%s"
                  .formatted(
                      Figures.of(overlap.rows(), "evaluation row", "evaluation rows"), sample)));
    }
    String reason =
        "%s of %s (%s)%s are trained on: %s word for word, %s nearly; first %s"
            .formatted(
                Figures.whole(found),
                Figures.of(overlap.rows(), "evaluation row", "evaluation rows"),
                Figures.share(found, overlap.rows()),
                sample,
                Figures.whole(overlap.exact()),
                Figures.whole(overlap.near()),
                String.join(", ", overlap.first()));
    return Optional.of(
        2 * found > overlap.rows() ? Finding.refuse(key(), reason) : Finding.warn(key(), reason));
  }
}
