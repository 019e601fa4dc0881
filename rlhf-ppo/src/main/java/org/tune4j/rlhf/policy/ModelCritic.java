package org.tune4j.rlhf.policy;

import java.util.function.UnaryOperator;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.ForwardActivations;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** A critic that is a model of its own: one with a head of one number. */
public final class ModelCritic implements Critic {
  private final BoundModel model;

  /**
   * A critic.
   *
   * @param model causal, of the policy's vocabulary; bound to what is trained of it
   * @throws ConfigException if its head gives another number of outputs
   */
  public ModelCritic(BoundModel model) {
    requireFit(model.architecture());
    this.model = model;
  }

  /**
   * Refuses a model that is no critic.
   *
   * @throws ConfigException if it is not causal, or its head gives another number of outputs
   */
  public static void requireFit(Architecture model) {
    int outputs = model.head().out().outputs();
    if (outputs != 1 || !model.isCausal()) {
      throw new ConfigException(
          "the critic: wanted a causal model with a head of 1 number, found %s with %d"
              .formatted(model.modelType(), outputs));
    }
  }

  @Override
  public double[] values(BatchTensors batch, Tensor hidden, int[] rows) {
    try (TensorScope work = model.workScope()) {
      Tensor own = model.hidden(model.upload(batch.batch(), work), work);
      return numbers(model.output().logits(own, work.longs(rows), work), work);
    }
  }

  private static double[] numbers(Tensor scores, TensorScope work) {
    return TensorOps.cast(work, scores, DType.FLOAT64).toDoubles();
  }

  @Override
  public double[] learn(
      BatchTensors batch,
      Tensor hidden,
      Tensor gradient,
      int[] rows,
      Recompute recompute,
      UnaryOperator<double[]> lesson) {
    try (TensorScope work = model.workScope()) {
      ForwardActivations own =
          model.forward(model.upload(batch.batch(), work), recompute, null, work);
      Tensor at = work.longs(rows);
      Tensor scores = model.output().logits(own.hidden(), at, work);
      double[] values = numbers(scores, work);
      Tensor byScores = work.doubles(lesson.apply(values), values.length, 1);
      Tensor byHidden = TensorOps.zeros(work, own.hidden().dtype(), own.hidden().shape());
      model
          .output()
          .logitsBackward(
              own.hidden(), at, TensorOps.cast(work, byScores, scores.dtype()), byHidden, null);
      model.backward(own, byHidden);
      return values;
    }
  }
}
