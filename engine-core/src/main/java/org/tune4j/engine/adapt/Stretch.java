package org.tune4j.engine.adapt;

import org.tune4j.engine.SplitMix64;
import org.tune4j.engine.adapt.TrainedStorage.Masters;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Consecutive numbers that are trained, as an optimizer wants them: masters and gradients in fp32
 * (fp64 where that is computed in), however they are held. Closing it puts the masters back, and
 * renews what kernels compute with.
 */
public final class Stretch implements AutoCloseable {
  private static final KernelModule KERNEL =
      KernelModule.load(
          "masters",
          KernelSources.read(Stretch.class, "/org/tune4j/engine/kernels", "masters", "dropout"),
          """
            def join(self: __torch__.Root, high: Tensor, rest: Tensor) -> Tensor:
              return __torch__.masters.join(high, rest)
            def split(self: __torch__.Root, w: Tensor, high: Tensor, rest: Tensor) -> Tensor:
              return __torch__.masters.split(w, high, rest)
            def round_at_random(self: __torch__.Root, w: Tensor, high: Tensor, seed: Tensor) -> Tensor:
              return __torch__.masters.round_at_random(w, high, seed)
          """);

  private final TrainableTensors.Vectors vectors;
  private final TensorScope scope;
  private final long from;
  private final Tensor weights;
  private final Tensor gradients;
  private final long draw;

  /**
   * Puts a stretch together.
   *
   * @param gradientFrom its first number in the vector of gradients
   * @param draw what rounding depends on where it is at random, besides the place
   */
  Stretch(
      TrainableTensors.Vectors vectors,
      long from,
      long gradientFrom,
      long count,
      long draw,
      TensorScope parent) {
    this.vectors = vectors;
    this.scope = parent.nested();
    this.from = from;
    this.draw = draw;
    if (vectors.isWhole()) {
      this.weights = TensorOps.view(scope, vectors.masters(), from, count);
    } else {
      this.weights = KERNEL.call(scope, "join", high(count), rest(count)).get(0);
    }
    Tensor sums = TensorOps.view(scope, vectors.gradients(), gradientFrom, count);
    this.gradients = TensorOps.cast(scope, sums, weights.dtype());
  }

  private Tensor high(long count) {
    return TensorOps.view(scope, vectors.compute(), from, count);
  }

  private Tensor rest(long count) {
    int bytes = vectors.storage().masters().restBytes();
    return TensorOps.view(scope, vectors.rest(), bytes * from, bytes * count);
  }

  /** How many numbers it has. */
  public long count() {
    return weights.elements();
  }

  /** Its first number in the flat vectors. */
  public long from() {
    return from;
  }

  /** The masters, {@code [count]}, to be changed in place. */
  public Tensor weights() {
    return weights;
  }

  /** The masters in a shape. */
  public Tensor weights(long... shape) {
    return TensorOps.view(scope, weights, 0, shape);
  }

  /** The gradients, {@code [count]}; may be changed in place. */
  public Tensor gradients() {
    return gradients;
  }

  /** The gradients in a shape. */
  public Tensor gradients(long... shape) {
    return TensorOps.view(scope, gradients, 0, shape);
  }

  /** A scope for what is needed while it is updated. */
  public TensorScope scope() {
    return scope;
  }

  @Override
  public void close() {
    try (TensorScope closing = scope) {
      if (vectors.isWhole()) {
        if (vectors.compute() != vectors.masters()) {
          TensorOps.copy(high(count()), weights);
        }
      } else if (vectors.storage().masters() == Masters.NONE) {
        long seed = SplitMix64.next(draw ^ SplitMix64.next(from));
        KERNEL.call(
            scope, "round_at_random", weights, high(count()), scope.longs(new long[] {seed}, 1));
      } else {
        KERNEL.call(scope, "split", weights, high(count()), rest(count()));
      }
    }
  }
}
