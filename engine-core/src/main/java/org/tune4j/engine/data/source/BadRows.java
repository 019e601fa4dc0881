package org.tune4j.engine.data.source;

import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.DataException;

/**
 * The rows that cannot be used: the first ten in words, all by number. Whoever made it asks it at
 * the end of the scan whether that is a failure. Safe to use from several threads.
 */
public final class BadRows {
  private static final int NAMED = 10;

  /** What bad rows lead to: the option {@code on_bad_row}. */
  public enum Policy {
    /** An error at the end of the scan, so that all of them are known at once. */
    FAIL,
    /** They are left out and counted. */
    SKIP
  }

  private final Policy policy;
  private final List<String> first = new ArrayList<>();
  private long count;

  /** No bad rows yet. */
  public BadRows(Policy policy) {
    this.policy = policy;
  }

  /**
   * Adds a row.
   *
   * @param source where the row stands
   * @param line its line there, from 1
   * @param problem the field, what was found there and what is wanted; not the row's text, which
   *     may be private
   */
  public synchronized void add(String source, long line, String problem) {
    count++;
    if (first.size() < NAMED) {
      first.add(source + ":" + line + ": " + problem);
    }
  }

  /** Adds a row that was read, but of which a column cannot be used. */
  public void add(Row row, String column, String problem) {
    add(row.source(), row.line(), "column '" + column + "': " + problem);
  }

  /** Adds a row that a table could not give. */
  public void add(BadRowException row) {
    row.addTo(this);
  }

  /** No bad rows yet, under the same policy. */
  public BadRows none() {
    return new BadRows(policy);
  }

  /** How many there are. */
  public synchronized long count() {
    return count;
  }

  /** The first ten, each as {@code file:line: problem}. */
  public synchronized List<String> first() {
    return List.copyOf(first);
  }

  /**
   * To be called when all rows have been seen.
   *
   * @throws DataException if there are bad rows and the policy is {@link Policy#FAIL}
   */
  public synchronized void throwIfFailing() {
    if (policy == Policy.FAIL && count > 0) {
      throw new DataException(
          count
              + (count == 1 ? " row" : " rows")
              + " cannot be used; correct or remove them, or skip them with on_bad_row: skip\n"
              + String.join("\n", first)
              + (count > first.size() ? "\n... and " + (count - first.size()) + " more" : ""));
    }
  }
}
