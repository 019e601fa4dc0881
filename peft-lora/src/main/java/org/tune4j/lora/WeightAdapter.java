package org.tune4j.lora;

import java.util.List;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * A method on one model. Its kernel files have, besides what {@link
 * org.tune4j.engine.adapt.SiteKernel} and {@link Adapter} ask for, at each site
 *
 * <pre>
 * merge(w, p, LITERALS) -> w                  changes w in place
 * </pre>
 *
 * where {@code p} are the masters of the parameters, then the constants.
 */
public interface WeightAdapter extends Adapter {
  /** What it was made of. */
  WeightMethod method();

  /** The adapted modules, in the order of use. */
  List<String> modules();

  /** Modules that are trained as full copies. */
  List<String> saved();

  /**
   * Makes the {@link #constants}, before anything is computed.
   *
   * @param scope that they live in
   * @throws org.tune4j.engine.ConfigException if they need weights that are not in memory as plain
   *     numbers
   */
  default void prepare(CausalLm base, TensorScope scope) {}

  /**
   * Whether what is learned provably changes no number that the base computes: an adapter of use to
   * nobody.
   */
  boolean isIdle(CausalLm base, TrainableTensors weights);

  /**
   * One of {@link #constants} as it is merged: in at least fp32 where there is more than a copy.
   */
  default Tensor exactConstant(TensorSlot slot) {
    return constant(slot);
  }

  /** The loss that it is trained by, where it has a say in it: {@code plain} and what it adds. */
  default Objective objective(Objective plain, TrainableTensors weights) {
    return plain;
  }

  /**
   * The optimizer that it is trained by, where it has a say in updates.
   *
   * @param plain what was asked for, to be closed with what is given
   * @param parent that its state lives in
   */
  default Optimizer optimizer(Optimizer plain, TrainableTensors weights, TensorScope parent) {
    return plain;
  }

  /**
   * Gives its parameters their starting values.
   *
   * @param model the base with this adapter
   * @param seed what random values are a function of
   */
  default void begin(BoundModel model, TrainableTensors weights, long seed) {
    TrainableWeights.begin(this, weights, seed);
  }
}
