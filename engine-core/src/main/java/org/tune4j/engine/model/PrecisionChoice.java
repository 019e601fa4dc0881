package org.tune4j.engine.model;

import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NearestName;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * What {@code precision} means. {@code auto} is bf16 where this machine multiplies bf16 matrices
 * clearly faster than fp32 ones, and fp32 elsewhere; that is measured once in a process, in well
 * under a second.
 */
public final class PrecisionChoice {
  private static final Map<String, DType> NAMES =
      Map.of(
          "fp32", DType.FLOAT32,
          "float32", DType.FLOAT32,
          "bf16", DType.BFLOAT16,
          "bfloat16", DType.BFLOAT16,
          "fp16", DType.FLOAT16,
          "float16", DType.FLOAT16);
  private static final String AUTO = "auto";

  /** So much faster bf16 must be to be worth its rounding. */
  private static final double WORTHWHILE = 1.3;

  private PrecisionChoice() {}

  /**
   * The element type to load a model in.
   *
   * @param precision fp32, bf16, fp16 or auto; torch's names float32, bfloat16 and float16 are
   *     taken too
   * @param device {@code cpu}, where auto measures, or another, where it is bf16
   * @throws ConfigException for another name
   */
  public static DType of(String precision, String device) {
    if (precision.equals(AUTO)) {
      return !device.equals("cpu") || Measured.SPEED_UP >= WORTHWHILE
          ? DType.BFLOAT16
          : DType.FLOAT32;
    }
    DType dtype = NAMES.get(precision);
    if (dtype == null) {
      throw new ConfigException(
          "precision: wanted fp32, bf16, fp16 or auto, found '%s'; the nearest is %s"
              .formatted(
                  precision, NearestName.of(precision, List.of("fp32", "bf16", "fp16", AUTO))));
    }
    return dtype;
  }

  /** An element type as {@code precision} names it. */
  public static String name(DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> "fp32";
      case BFLOAT16 -> "bf16";
      case FLOAT16 -> "fp16";
      default -> dtype.toString();
    };
  }

  /** How many times faster a bf16 matrix product is than an fp32 one on this machine. */
  public static double measuredSpeedUp() {
    return Measured.SPEED_UP;
  }

  /** Measures when it is first asked. */
  private static final class Measured {
    static final double SPEED_UP = speedUp();

    private static final String METHODS =
        """
          def product(self: __torch__.Root, x: Tensor, w: Tensor) -> Tensor:
            return torch.linear(x, w)
        """;
    private static final int ROWS = 256;
    private static final int SIZE = 1024;
    private static final int ROUNDS = 4;

    private static double speedUp() {
      try (KernelModule module = KernelModule.load("precision", Map.of(), METHODS);
          TensorScope scope = TensorScope.open()) {
        return seconds(module, scope, DType.FLOAT32) / seconds(module, scope, DType.BFLOAT16);
      }
    }

    /** The best of some rounds; the first one also warms up. */
    private static double seconds(KernelModule module, TensorScope scope, DType dtype) {
      Tensor x = TensorOps.zeros(scope, dtype, ROWS, SIZE);
      Tensor w = TensorOps.zeros(scope, dtype, SIZE, SIZE);
      double best = Double.POSITIVE_INFINITY;
      for (int round = 0; round < ROUNDS; round++) {
        long start = System.nanoTime();
        try (TensorScope work = scope.nested()) {
          module.call(work, "product", x, w);
        }
        best = Math.min(best, (System.nanoTime() - start) / 1e9);
      }
      return best;
    }
  }
}
