package org.tune4j.engine.preflight;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.preflight.Measured.PrivateCount;
import org.tune4j.engine.preflight.privacy.PrivateData;
import org.tune4j.engine.preflight.privacy.PrivateKind;

/** Counts personal data and secrets. */
final class PrivateCounts {
  private final Map<PrivateKind, Long> counts = new EnumMap<>(PrivateKind.class);
  private final Map<PrivateKind, Long> rows = new EnumMap<>(PrivateKind.class);

  /** Whether the row has any. */
  boolean add(PreflightRow row) {
    Map<PrivateKind, Long> found = new EnumMap<>(PrivateKind.class);
    row.texts()
        .forEach(
            text ->
                PrivateData.count(text)
                    .forEach((kind, count) -> found.merge(kind, (long) count, Long::sum)));
    if (!found.isEmpty()) {
      synchronized (this) {
        found.forEach((kind, count) -> counts.merge(kind, count, Long::sum));
        found.keySet().forEach(kind -> rows.merge(kind, 1L, Long::sum));
      }
    }
    return !found.isEmpty();
  }

  synchronized List<PrivateCount> counts() {
    List<PrivateCount> all = new ArrayList<>();
    counts.forEach((kind, count) -> all.add(new PrivateCount(kind, count, rows.get(kind))));
    return all;
  }
}
