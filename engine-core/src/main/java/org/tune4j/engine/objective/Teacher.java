package org.tune4j.engine.objective;

import java.util.List;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** Who says what a student learns: a model, or what was kept of one. */
sealed interface Teacher permits ModelTeacher, TeacherLogits {
  /**
   * Compares with a student.
   *
   * @throws ConfigException if it cannot learn of this teacher
   */
  void requireFor(BoundModel student);

  /**
   * Reads a batch.
   *
   * @param layers whose vectors will be asked for
   */
  Taught read(BatchTensors batch, Set<Integer> layers, TensorScope into);

  /** What it says of a batch. */
  interface Taught {
    /**
     * What kernel file {@code distillation.py} takes of some labelled tokens.
     *
     * @param first how many labelled tokens of the batch stand before them
     * @param rows flat positions
     */
    List<Tensor> scores(int first, int[] rows, TensorScope into);

    /** The vectors {@code [N, hidden]} that {@link BoundModel#hiddenStates} gives. */
    Tensor hidden(int layer);
  }
}
