package org.tune4j.engine.optim;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainedStorage;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * How many numbers of an update are lost on weights as they are computed with: bf16 and fp16 round
 * away what is below half a unit in the last place. Seen on a sample of some 65,000 numbers that
 * lie evenly in all tensors of that kind.
 *
 * <p>With masters of more bits such updates add up and come through later. Weights without masters
 * see them by random rounding alone: {@link #advice} then says so.
 */
public final class UpdateResolution {
  /** Numbers that are looked at, about. */
  private static final long SAMPLE = 65_536;

  /** With a larger share, chance moves weights without masters more than the gradient does. */
  private static final double TOO_MUCH = 0.5;

  private static final KernelModule KERNEL =
      KernelModule.load(
          "update_resolution",
          KernelSources.read(
              UpdateResolution.class, "/org/tune4j/engine/kernels", "update_resolution"),
          """
            def sample(self: __torch__.Root, stride: Tensor, x: List[Tensor]) -> Tensor:
              return __torch__.update_resolution.sample(x, stride)
            def counts(self: __torch__.Root, before: Tensor, after: Tensor, g: Tensor) -> Tensor:
              return __torch__.update_resolution.counts(before, after, g)
          """);

  private final List<Tensor> computed;
  private final List<Tensor> gradients;
  private final boolean addsUp;
  private final long stride;
  private double share = Double.NaN;
  private boolean advised;

  /**
   * Of any weights.
   *
   * @param computed weights as they are computed with
   * @param gradients of each, in the same shape
   * @param addsUp whether updates are made on masters of more bits
   */
  UpdateResolution(List<Tensor> computed, List<Tensor> gradients, boolean addsUp) {
    this.computed = computed;
    this.gradients = gradients;
    this.addsUp = addsUp;
    long numbers = computed.stream().mapToLong(Tensor::elements).sum();
    this.stride = Math.max(1, numbers / SAMPLE);
  }

  /**
   * Of what is trained; empty where all of it is computed with in fp32 or more, or gradients are
   * released before all are there.
   */
  public static Optional<UpdateResolution> of(TrainableTensors weights) {
    boolean released = weights.storage().gradients() == TrainedStorage.Gradients.RELEASED;
    List<TensorSlot> few =
        (released ? Stream.<Trainable>of() : weights.all().stream())
            .map(Trainable::slot)
            .filter(slot -> weights.compute(slot).dtype().bytes() == 2)
            .toList();
    return few.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new UpdateResolution(
                few.stream().map(weights::compute).toList(),
                few.stream().map(weights::gradient).toList(),
                weights.storage().masters() != TrainedStorage.Masters.NONE));
  }

  /** Makes an update and looks what became of it. */
  public void measure(Runnable update) {
    try (TensorScope work = TensorScope.open()) {
      Tensor before = sample(computed, work);
      Tensor gradient = sample(gradients, work);
      update.run();
      long[] counts =
          KERNEL.call(work, "counts", before, sample(computed, work), gradient).get(0).toLongs();
      share = (double) counts[1] / counts[0];
    }
  }

  private Tensor sample(List<Tensor> tensors, TensorScope work) {
    return KERNEL.call(work, "sample", work.longs(new long[] {stride}, 1), tensors).get(0);
  }

  /**
   * The share of the numbers with a gradient that the update measured last did not change; NaN
   * where none had one, or none was measured.
   */
  public double share() {
    return share;
  }

  /** What to do about a share that is too large, of weights without masters; once. */
  public Optional<String> advice() {
    if (addsUp || advised || !(share > TOO_MUCH)) {
      return Optional.empty();
    }
    advised = true;
    return Optional.of(
        "%.0f %% of the updates are below half a unit in the last place of their weights, which have no masters to add them up: raise learning_rate, or take master_weights split or fp32"
            .formatted(100 * share));
  }
}
