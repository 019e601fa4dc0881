package org.tune4j.engine.objective;

import java.util.Arrays;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.InputShift;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Adversarial training by the fast gradient method (Goodfellow et al., 2015; for texts Miyato et
 * al., 2017): what is learned is the mean of the plain loss and of the loss where the vectors of
 * each text's words are moved by {@code epsilon} in the direction in which that loss rises fastest.
 * Both passes draw the same dropout. A text is moved by its own gradient, whatever shares a batch
 * with it. Takes two passes each way, and does not change what {@link #loss} says.
 *
 * @param plain the loss without perturbation
 * @param epsilon how far a text is moved: the Euclidean norm over the vectors of all its words
 */
public record AdversarialObjective(Objective plain, double epsilon) implements AroundObjective {
  private static final KernelModule KERNEL =
      KernelModule.load(
          "perturbation",
          KernelSources.read(
              AdversarialObjective.class, "/org/tune4j/engine/kernels", "perturbation"),
          """
            def along(self: __torch__.Root, g: Tensor, document: Tensor, documents: Tensor, epsilon: Tensor) -> Tensor:
              return __torch__.perturbation.along(g, document, int(documents), float(epsilon))
          """);

  public AdversarialObjective {
    if (!(epsilon > 0 && Double.isFinite(epsilon))) {
      throw new ConfigException("adversarial_epsilon: wanted above 0, found " + epsilon);
    }
  }

  @Override
  public LossSum lossAndGradients(
      BoundModel model, BatchTensors batch, double scale, Recompute recompute, BlockSeeds seeds) {
    try (TensorScope work = model.workScope()) {
      InputShift none = InputShift.zeros(batch, model, work);
      LossSum here =
          plain.lossAndGradients(model, batch.shifted(none), scale / 2, recompute, seeds);
      InputShift moved = new InputShift(perturbation(none.gradient(), batch, work), none.values());
      LossSum there =
          plain.lossAndGradients(model, batch.shifted(moved), scale / 2, recompute, seeds);
      return new LossSum(
          (here.sum() + there.sum()) / 2, here.weight(), (here.router() + there.router()) / 2);
    }
  }

  private Tensor perturbation(Tensor gradient, BatchTensors batch, TensorScope into) {
    int[] lengths = batch.batch().sequenceLengths();
    long[] document = new long[batch.batch().tokens()];
    int token = 0;
    for (int d = 0; d < lengths.length; d++) {
      Arrays.fill(document, token, token + lengths[d], d);
      token += lengths[d];
    }
    return KERNEL
        .call(
            into,
            "along",
            gradient,
            into.longs(document),
            into.longs(new long[] {lengths.length}),
            into.doubles(new double[] {epsilon}, 1))
        .get(0);
  }
}
