package org.tune4j.engine.trainer;

import java.io.IOException;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.tensor.TensorScope;

/**
 * A model of which something is trained and can be written: an adapter as PEFT's files, or all of
 * its weights as a model's folder.
 */
public interface TrainedAdapter extends AutoCloseable {
  /** The model as it is trained. */
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
   * Writes its files.
   *
   * @param basePath what PEFT's files say the base model is; for a whole model, the folder of it
   */
  void writeTo(NewFolder folder, String basePath) throws IOException;

  @Override
  void close();
}
