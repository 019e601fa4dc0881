package org.tune4j.engine.preflight.duplicate;

import java.util.List;

/**
 * Evaluation rows that are trained on.
 *
 * @param rows all evaluation rows
 * @param exact those whose text is that of a training row
 * @param near others whose text nearly is
 * @param sampled whether not all rows were looked at for {@code near}, because there were too many
 * @param first file and line of the first of them
 */
public record Overlap(long rows, long exact, long near, boolean sampled, List<String> first) {
  public Overlap {
    first = List.copyOf(first);
  }
}
