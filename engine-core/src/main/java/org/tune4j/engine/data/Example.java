package org.tune4j.engine.data;

/**
 * One row of a data file.
 *
 * @param id number of the row within its source, from 0, bad and blank rows not counted
 * @param prompt what is given to the model; empty for a row that is learned as a whole
 * @param completion what the model learns to answer
 * @param file where the row stands
 * @param line its line there, from 1
 */
public record Example(long id, String prompt, String completion, String file, long line) {
  /** File and line, for messages and records. */
  public String where() {
    return file + ":" + line;
  }
}
