package org.tune4j.engine.train;

import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** What a plain matrix product of a model's size reaches in this process. */
public final class MatrixProduct {
  private static final String METHODS =
      """
        def ones(self: __torch__.Root, rows: Tensor, columns: Tensor, dtype: Tensor) -> Tensor:
          return torch.ones([int(rows), int(columns)], dtype=int(dtype))
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
   * Operations a second of {@code x W^T} in the shape of the feed-forward input weight, on the CPU;
   * the best of several rounds.
   *
   * @param rows of x
   * @param products made in each round
   * @param seconds how long to go on with rounds
   */
  public static double flopsPerSecond(
      Architecture architecture, DType dtype, long rows, int products, double seconds) {
    LinearGroup group = architecture.blocks().get(0).feedForward().groups().get(0);
    try (KernelModule module = KernelModule.load("matrix_product", java.util.Map.of(), METHODS);
        TensorScope scope = TensorScope.open()) {
      Tensor w = ones(module, scope, dtype, group.outputs(), group.inputs());
      Tensor x = ones(module, scope, dtype, rows, group.inputs());
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

  private static Tensor ones(
      KernelModule module, TensorScope scope, DType dtype, long rows, long columns) {
    return module
        .call(
            scope,
            "ones",
            scope.longs(new long[] {rows}, 1),
            scope.longs(new long[] {columns}, 1),
            scope.longs(new long[] {dtype.code()}, 1))
        .get(0);
  }
}
