package org.tune4j.examples.bench;

import java.util.Map;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** How fast this process reads memory: what decoding, which reads all weights, cannot exceed. */
final class MemoryBandwidth {
  /** More than any cache holds. */
  private static final long BYTES = 512L << 20;

  private static final int ROUNDS = 5;

  private MemoryBandwidth() {}

  /** Bytes a second on all threads, the best of some rounds. */
  static double measure() {
    String read =
        """
          def read(self: __torch__.Root, x: Tensor) -> Tensor:
            return torch.max(x)
        """;
    try (KernelModule module = KernelModule.load("bandwidth", Map.of(), read);
        TensorScope scope = TensorScope.open()) {
      Tensor x = TensorOps.zeros(scope, DType.INT32, BYTES / DType.INT32.bytes());
      double best = 0;
      for (int round = 0; round < ROUNDS; round++) {
        long start = System.nanoTime();
        try (TensorScope work = scope.nested()) {
          module.call(work, "read", x);
        }
        best = Math.max(best, BYTES / ((System.nanoTime() - start) / 1e9));
      }
      return best;
    }
  }
}
