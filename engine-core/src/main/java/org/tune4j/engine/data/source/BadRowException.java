package org.tune4j.engine.data.source;

import org.tune4j.engine.DataException;

/** One row of a table cannot be used; the others can. */
public final class BadRowException extends DataException {
  private final String source;
  private final long line;
  private final String problem;

  BadRowException(String source, long line, DataException problem) {
    super(source + ":" + line + ": " + problem.getMessage(), problem);
    this.source = source;
    this.line = line;
    this.problem = problem.getMessage();
  }

  /** Tells a collection of bad rows of this one. */
  void addTo(BadRows bad) {
    bad.add(source, line, problem);
  }
}
