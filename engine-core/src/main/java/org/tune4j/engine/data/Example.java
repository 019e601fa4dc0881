package org.tune4j.engine.data;

import java.util.Optional;
import org.tune4j.engine.data.form.ChatContext;
import org.tune4j.engine.data.form.ExampleForm;

/**
 * One row of a data set.
 *
 * @param id number of the row within its source, from 0
 * @param source the file, or what else the rows come from
 * @param line its line there, from 1
 * @param form what it is made of
 * @param context what it gives a chat template besides messages
 * @param taskId column {@code task_id} as it is written: which of several tasks it is of
 */
public record Example(
    long id,
    String source,
    long line,
    ExampleForm form,
    ChatContext context,
    Optional<String> taskId) {
  /** A row that names no task. */
  public Example(long id, String source, long line, ExampleForm form, ChatContext context) {
    this(id, source, line, form, context, Optional.empty());
  }

  /** Source and line, for messages and records. */
  public String where() {
    return source + ":" + line;
  }
}
