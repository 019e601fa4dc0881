package org.tune4j.engine.preflight;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.preflight.Measured.Empty;

/** Rows with an empty part. Where no row has a prompt, that is meant. */
final class EmptyCheck implements Check {
  @Override
  public String key() {
    return "empty_rows";
  }

  @Override
  public Optional<Finding> judge(Measured measured) {
    Empty empty = measured.empty();
    boolean promptsMeant = empty.prompts() == measured.rows().scanned();
    List<String> found = new ArrayList<>();
    add(found, promptsMeant ? 0 : empty.prompts(), "prompt");
    add(found, empty.completions(), "completion");
    add(found, empty.texts(), "text");
    return Optional.of(
        found.isEmpty()
            ? Finding.ok(
                key(),
                promptsMeant && empty.prompts() > 0
                    ? "no row has a prompt, so all are learned as a whole"
                    : "no row has an empty part")
            : Finding.warn(
                key(), "%s; remove or complete them".formatted(String.join(", ", found))));
  }

  private static void add(List<String> found, long rows, String part) {
    if (rows > 0) {
      found.add("%s without %s".formatted(Figures.rows(rows), part));
    }
  }
}
