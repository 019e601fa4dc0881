package org.tune4j.rlhf.ppo;

import java.util.List;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.trainer.TrainedAdapter;

/** Makes what is trained of a policy: an adapter on a base, or the weights of the base itself. */
@FunctionalInterface
public interface PolicyFactory {
  /**
   * Makes it at its starting values, which are a function of the seed.
   *
   * @param besides what is to be trained with it and belongs to no model
   */
  TrainedAdapter create(CausalLm base, long seed, List<Trainable> besides);
}
