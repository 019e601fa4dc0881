package org.tune4j.engine.optim;

import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.tensor.TensorScope;

/** The settings of an optimizer, which say which one it is. */
public sealed interface OptimizerConfig
    permits AdamW.Settings, Adam.Settings, Sgd.Settings, Lion.Settings, Adafactor.Settings {
  /** An optimizer that has made no update. */
  Optimizer optimizer(TrainableTensors trainables, TensorScope parent);

  /** Its name, as transformers' {@code optim} has it, without what says who computes it. */
  String key();

  /** How many numbers of state it keeps for each that is trained, but for what is negligible. */
  int numbersPerParameter();

  /** Weight decay, in the meaning that the optimizer gives it. */
  double weightDecay();
}
