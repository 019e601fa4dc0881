package org.tune4j.engine.preflight;

import java.util.Optional;
import java.util.stream.Collectors;
import org.tune4j.engine.preflight.Measured.Encoding;

/** Rows that are left out because nothing of them can be learned. */
final class DroppedCheck implements Check {
  @Override
  public String key() {
    return "dropped";
  }

  @Override
  public Optional<Finding> judge(Measured measured) {
    Encoding encoding = measured.encoding();
    long dropped = encoding.rows() - encoding.kept();
    if (encoding.rows() == 0) {
      return Optional.empty();
    }
    if (dropped == 0) {
      return Optional.of(Finding.ok(key(), "no row is dropped"));
    }
    String reasons =
        encoding.dropped().entrySet().stream()
            .map(entry -> "%s: %s".formatted(entry.getKey(), Figures.whole(entry.getValue())))
            .collect(Collectors.joining("; "));
    if (encoding.kept() == 0) {
      return Optional.of(
          Finding.refuse(
              key(), "every row is dropped, so nothing is learned (%s)".formatted(reasons)));
    }
    return Optional.of(
        Finding.warn(
            key(),
            "%s are dropped (%s)".formatted(Figures.partOf(dropped, encoding.rows()), reasons)));
  }
}
