package org.tune4j.engine.objective;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** A teacher that is in memory: it reads each batch and keeps nothing. */
record ModelTeacher(BoundModel model) implements Teacher {
  @Override
  public void requireFor(BoundModel student) {
    DistillationObjective.requireSame(student.architecture(), model.architecture());
    if (student.virtualTokens() + model.virtualTokens() > 0) {
      throw new ConfigException(
          "distillation: virtual tokens stand before the texts of one of the models, which the other"
              + " does not read");
    }
  }

  @Override
  public Taught read(BatchTensors batch, Set<Integer> layers, TensorScope into) {
    Map<Integer, Tensor> states =
        model.hiddenStates(model.upload(batch.batch(), into), null, layers, into);
    Tensor last = states.get(model.architecture().blocks().size());
    return new Taught() {
      @Override
      public List<Tensor> scores(int first, int[] rows, TensorScope into) {
        return List.of(model.output().logits(last, into.longs(rows), into));
      }

      @Override
      public Tensor hidden(int layer) {
        return states.get(layer);
      }
    };
  }
}
