package org.tune4j.engine.optim;

import java.util.Set;
import java.util.stream.Collectors;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainedRange;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * The gradient of everything trained, as one vector: cleared, measured and checked in one call
 * each.
 */
public final class Gradients {
  private static final KernelModule KERNEL =
      KernelModule.load(
          "gradients",
          KernelSources.read(Gradients.class, "/org/tune4j/engine/kernels", "gradients"),
          """
            def norm(self: __torch__.Root, g: Tensor) -> Tensor:
              return __torch__.gradients.norm(g)
            def divide(self: __torch__.Root, g: Tensor, by: Tensor) -> Tensor:
              return __torch__.gradients.divide(g, by)
            def clear(self: __torch__.Root, g: Tensor) -> Tensor:
              return __torch__.gradients.clear(g)
          """);

  private final TrainableTensors trainables;

  public Gradients(TrainableTensors trainables) {
    this.trainables = trainables;
  }

  /** Sets all gradients to zero. */
  public void clear() {
    try (TensorScope work = TensorScope.open()) {
      KERNEL.call(work, "clear", trainables.flatGradient());
    }
  }

  /** Sets the gradients of a range to zero. */
  public void clear(TrainedRange range) {
    try (TensorScope work = TensorScope.open()) {
      KERNEL.call(
          work,
          "clear",
          TensorOps.view(work, trainables.flatGradient(), range.gradientFrom(), range.count()));
    }
  }

  /** Divides all gradients: by what the loss was multiplied with. */
  public void divide(float by) {
    if (by == 1) {
      return;
    }
    try (TensorScope work = TensorScope.open()) {
      KERNEL.call(work, "divide", trainables.flatGradient(), work.doubles(new double[] {by}, 1));
    }
  }

  /**
   * The Euclidean norm over all gradients, summed in fp64; not finite exactly when an entry is not.
   */
  public double norm() {
    return norm(trainables.flatGradient());
  }

  /** The Euclidean norm of any tensor, summed in fp64; not finite exactly when an entry is not. */
  public static double norm(Tensor tensor) {
    try (TensorScope work = TensorScope.open()) {
      return KERNEL.call(work, "norm", tensor).get(0).toDoubles()[0];
    }
  }

  /** The names of the tensors whose gradient is exactly zero. */
  public Set<String> zero() {
    return trainables.all().stream()
        .map(Trainable::slot)
        .filter(slot -> norm(trainables.gradient(slot)) == 0)
        .map(TensorSlot::name)
        .collect(Collectors.toSet());
  }
}
