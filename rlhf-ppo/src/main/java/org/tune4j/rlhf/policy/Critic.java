package org.tune4j.rlhf.policy;

import java.util.function.UnaryOperator;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.tensor.Tensor;

/** Says what states are worth, and learns to. */
public interface Critic {
  /**
   * Values of states.
   *
   * @param batch of the policy
   * @param hidden {@code [N, hidden]}, of the policy's pass over it
   * @param rows flat positions
   * @return {@code [rows]}
   */
  double[] values(BatchTensors batch, Tensor hidden, int[] rows);

  /**
   * Values of states, and their gradients added up.
   *
   * @param gradient with respect to the policy's hidden vectors, to be added to where the critic
   *     reads them
   * @param lesson from values to what the loss changes by with each
   * @return {@code [rows]}
   */
  double[] learn(
      BatchTensors batch,
      Tensor hidden,
      Tensor gradient,
      int[] rows,
      Recompute recompute,
      UnaryOperator<double[]> lesson);
}
