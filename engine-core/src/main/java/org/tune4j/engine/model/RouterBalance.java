package org.tune4j.engine.model;

import java.util.Optional;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** What a pass counts of its routers' choices {@code [3, experts]}, see {@code routing.py}. */
final class RouterBalance {
  private static final KernelModule KERNEL =
      KernelModule.load(
          "routing",
          KernelSources.read(RouterBalance.class, "/org/tune4j/engine/kernels", "routing"),
          """
            def loss(self: __torch__.Root, balance: Tensor, chosen: Tensor, scale: Tensor) -> Tensor:
              return __torch__.routing.balance_loss(balance, int(chosen), float(scale))
          """);

  private RouterBalance() {}

  /** Nothing counted yet, where the family's routers have a loss. */
  static Optional<Tensor> of(Architecture architecture, DType dtype, TensorScope into) {
    DType counted = dtype == DType.FLOAT64 ? dtype : DType.FLOAT32;
    return architecture
        .routing()
        .filter(routing -> routing.loss().isPresent())
        .map(routing -> TensorOps.zeros(into, counted, 3, routing.experts()));
  }

  /** The loss; its gradient times {@code scale} is left for the backward pass. */
  static double loss(Tensor balance, Architecture architecture, double scale, TensorScope scope) {
    try (TensorScope work = scope.nested()) {
      Tensor loss =
          KERNEL
              .call(
                  work,
                  "loss",
                  balance,
                  work.longs(new int[] {architecture.routing().orElseThrow().chosen()}, 1),
                  work.doubles(new double[] {scale}, 1))
              .get(0);
      return TensorOps.cast(work, loss, DType.FLOAT64).toDoubles()[0];
    }
  }
}
