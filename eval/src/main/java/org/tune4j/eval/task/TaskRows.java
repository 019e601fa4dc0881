package org.tune4j.eval.task;

import java.util.List;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.eval.result.EvalRow;

/** Asks a model about every row of a task. */
@FunctionalInterface
public interface TaskRows {
  /** What the model made of each row, in their order. */
  List<EvalRow> of(BoundModel model);
}
