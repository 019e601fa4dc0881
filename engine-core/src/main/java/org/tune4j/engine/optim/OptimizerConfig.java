package org.tune4j.engine.optim;

import java.util.List;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.tensor.TensorScope;

/** The settings of an optimizer, which say which one it is. */
public sealed interface OptimizerConfig
    permits AdamW.Settings,
        AdamW8bit.Settings,
        ScheduleFreeAdamW.Settings,
        Muon.Settings,
        Adam.Settings,
        Sgd.Settings,
        Lion.Settings,
        Adafactor.Settings,
        Ema.Settings {
  /** An optimizer that has made no update. */
  Optimizer optimizer(TrainableTensors trainables, TensorScope parent);

  /**
   * Its name, as transformers' {@code optim} has it, without what says who computes it, and what is
   * made of its weights besides.
   */
  String key();

  /** Bytes of state that it keeps for what is trained in fp32, but for what is negligible. */
  long stateBytes(List<Trainable> trained);

  /** Bytes that an update holds besides at most, where that is a tensor as a whole; else 0. */
  default long workBytes(List<Trainable> trained) {
    return 0;
  }

  /** Weight decay, in the meaning that the optimizer gives it. */
  double weightDecay();
}
