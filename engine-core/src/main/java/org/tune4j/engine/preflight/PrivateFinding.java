package org.tune4j.engine.preflight;

import java.util.List;
import java.util.stream.Collectors;
import org.tune4j.engine.preflight.Measured.PrivateCount;

/** What is said of private data: how much there is, and nothing of what it says. */
final class PrivateFinding {
  private PrivateFinding() {}

  static Finding of(String key, List<PrivateCount> counts, boolean secrets) {
    String found =
        counts.stream()
            .filter(count -> count.kind().isSecret() == secrets)
            .map(
                count ->
                    "%s: %s in %s"
                        .formatted(
                            count.kind().key(),
                            Figures.whole(count.count()),
                            Figures.rows(count.rows())))
            .collect(Collectors.joining("; "));
    return found.isEmpty()
        ? Finding.ok(key, "none was found")
        : Finding.warn(key, found + "; a model can give back what it has learned");
  }
}
