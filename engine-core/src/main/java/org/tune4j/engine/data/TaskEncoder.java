package org.tune4j.engine.data;

import org.tune4j.engine.Shortened;
import org.tune4j.engine.data.form.BadColumnException;

/**
 * Rows that say which of several tasks they are of, by its number in column {@code task_id}.
 *
 * @param encoder what becomes of a row besides
 * @param tasks so many, numbered from 0
 */
public record TaskEncoder(RowEncoder encoder, int tasks) implements RowEncoder {
  /**
   * Encodes an example of a task.
   *
   * @throws BadColumnException also if the row names no task, or one that there is not
   */
  @Override
  public Encoded encode(Example example) throws BadColumnException {
    int task = task(example);
    Encoded encoded = encoder.encode(example);
    return new Encoded(
        encoded.whole().ofTask(task),
        encoded.kept().map(kept -> kept.ofTask(task)),
        encoded.dropped());
  }

  private int task(Example example) throws BadColumnException {
    String written = example.taskId().orElse("none");
    if (written.matches("\\d{1,9}") && Integer.parseInt(written) < tasks) {
      return Integer.parseInt(written);
    }
    throw new BadColumnException(
        "column 'task_id' is %s, wanted is the number of its task, 0 to %d"
            .formatted(Shortened.text(written), tasks - 1));
  }
}
