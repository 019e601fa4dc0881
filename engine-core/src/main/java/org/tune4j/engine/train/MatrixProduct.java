package org.tune4j.engine.train;

import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** What a plain matrix product reaches in this process, with the model's own weights. */
public final class MatrixProduct {
  private static final String METHODS =
      """
        def activations(self: __torch__.Root, w: Tensor, rows: Tensor) -> Tensor:
          return torch.ones([int(rows), w.size(1)], dtype=ops.prim.dtype(w))
        def products(self: __torch__.Root, x: Tensor, w: Tensor, times: Tensor) -> Tensor:
          y = torch.linear(x, w)
          for i in range(int(times) - 1):
            y = torch.linear(x, w)
          return y
      """;

  /** The first round warms up. */
  private static final int FEWEST_ROUNDS = 2;

  private MatrixProduct() {}

  /**
   * Operations a second of {@code x W^T} with the feed-forward input weight; the best of several
   * rounds.
   *
   * @param rows of x
   * @param products made in each round
   * @param seconds how long to go on with rounds
   */
  public static double flopsPerSecond(CausalLm model, long rows, int products, double seconds) {
    Architecture architecture = model.architecture();
    Tensor w = model.weight(architecture.blocks().get(0).feedForwardIn().weight());
    try (KernelModule module = KernelModule.load("matrix_product", java.util.Map.of(), METHODS);
        TensorScope scope = model.scope().beside()) {
      Tensor x = module.call(scope, "activations", w, scope.longs(new long[] {rows}, 1)).get(0);
      Tensor times = scope.longs(new long[] {products}, 1);
      double best = 0;
      double spent = 0;
      for (int round = 0; round < FEWEST_ROUNDS || spent < seconds; round++) {
        long start = System.nanoTime();
        try (TensorScope work = scope.nested()) {
          module.call(work, "products", x, w, times);
        }
        double took = (System.nanoTime() - start) / 1e9;
        spent += took;
        best = Math.max(best, products * 2.0 * rows * w.elements() / took);
      }
      return best;
    }
  }
}
