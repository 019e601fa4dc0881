package org.tune4j.engine.preflight.duplicate;

import java.util.List;

/**
 * Rows that belong together.
 *
 * @param all rows that could have been compared
 * @param compared those that were; fewer where there were too many
 * @param rows rows that belong to a group
 * @param groups number of groups, each of at least two rows
 * @param largest the largest groups, the largest first
 */
public record RowGroups(long all, long compared, long rows, long groups, List<Group> largest) {
  /**
   * A group.
   *
   * @param rows how many belong to it
   * @param first file and line of the first of them
   */
  public record Group(long rows, List<String> first) {
    public Group {
      first = List.copyOf(first);
    }
  }

  public RowGroups {
    largest = List.copyOf(largest);
  }

  /** Rows that would go if one of each group stayed. */
  public long copies() {
    return rows - groups;
  }
}
