package org.tune4j.engine.trainer;

import java.io.IOException;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.tensor.TensorScope;

/** A model with an adapter that is trained, and can be written as PEFT's files. */
public interface TrainedAdapter extends AutoCloseable {
  /** The base with the adapter. */
  BoundModel model();

  /** Everything that is trained. */
  TrainableTensors weights();

  /** The loss that it is trained by, where it has a say in it. */
  default Objective objective(Objective plain) {
    return plain;
  }

  /**
   * The optimizer that it is trained by, where it has a say in updates.
   *
   * @param plain to be closed with what is given
   * @param parent that its state lives in
   */
  default Optimizer optimizer(Optimizer plain, TensorScope parent) {
    return plain;
  }

  /**
   * Writes PEFT's files.
   *
   * @param basePath what they say the base model is
   */
  void writeTo(NewFolder folder, String basePath) throws IOException;

  @Override
  void close();
}
