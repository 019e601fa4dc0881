package org.tune4j.rlhf.policy;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.StoredTensors;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * A critic on the policy's own vectors: a linear layer with one output, computed from its masters.
 */
public final class ValueHead implements Critic {
  /** Its file beside a policy's. */
  public static final String FILE = "value_head.safetensors";

  /** Keeps its draws apart from all others of the same seed. */
  private static final long PURPOSE = 0x76616c7565686564L;

  private static final KernelModule KERNEL =
      KernelModule.load(
          "value_head",
          KernelSources.read(ValueHead.class, "/org/tune4j/rlhf/kernels", "value_head"),
          """
            def forward(self: __torch__.Root, h: Tensor, rows: Tensor, w: Tensor, b: Tensor) -> Tensor:
              return __torch__.value_head.forward(h, rows, w, b)
            def backward(self: __torch__.Root, g: Tensor, h: Tensor, rows: Tensor, w: Tensor, gh: Tensor, gw: Tensor, gb: Tensor) -> Tensor:
              return __torch__.value_head.backward(g, h, rows, w, gh, gw, gb)
          """);

  private final TrainableTensors weights;
  private final TensorSlot weight;
  private final TensorSlot bias;

  /**
   * A head.
   *
   * @param weights with its {@link #trainables} among them
   */
  public ValueHead(TrainableTensors weights, Architecture policy) {
    this.weights = weights;
    this.weight = weight(policy);
    this.bias = bias();
  }

  /** What it trains: a matrix {@code [1, hidden]} and a bias {@code [1]}, not decayed. */
  public static List<Trainable> trainables(Architecture policy) {
    return List.of(new Trainable(weight(policy), false), new Trainable(bias(), false));
  }

  private static TensorSlot weight(Architecture policy) {
    return TensorSlot.whole(Trainable.OF_LOSS + "value_head.weight", 1, policy.hiddenSize());
  }

  private static TensorSlot bias() {
    return TensorSlot.whole(Trainable.OF_LOSS + "value_head.bias", 1);
  }

  /** Gives it the values that torch's {@code Linear} starts with. */
  public void begin(long seed) {
    SplittableRandom random = new SplittableRandom(seed ^ PURPOSE);
    double bound = 1 / Math.sqrt(weight.shape().get(1));
    try (TensorScope work = weights.workScope()) {
      for (TensorSlot slot : List.of(weight, bias)) {
        double[] values = random.doubles(slot.elements(), -bound, bound).toArray();
        weights.set(slot, work.doubles(values, slot.sizes()));
      }
    }
  }

  /** Writes {@value #FILE}, by the names that TRL's models with value heads have. */
  public void writeTo(NewFolder folder) throws IOException {
    folder.write(
        FILE,
        Map.of("format", "pt"),
        List.of(
            StoredTensors.toWrite("v_head.summary.weight", weights.master(weight), weight.sizes()),
            StoredTensors.toWrite("v_head.summary.bias", weights.master(bias), bias.sizes())));
  }

  @Override
  public double[] values(BatchTensors batch, Tensor hidden, int[] rows) {
    try (TensorScope work = weights.workScope()) {
      return values(hidden, work.longs(rows), work);
    }
  }

  private double[] values(Tensor hidden, Tensor rows, TensorScope work) {
    Tensor values =
        KERNEL
            .call(work, "forward", hidden, rows, weights.master(weight), weights.master(bias))
            .get(0);
    return TensorOps.cast(work, values, DType.FLOAT64).toDoubles();
  }

  @Override
  public double[] learn(
      BatchTensors batch,
      Tensor hidden,
      Tensor gradient,
      int[] rows,
      Recompute recompute,
      UnaryOperator<double[]> lesson) {
    try (TensorScope work = weights.workScope()) {
      Tensor at = work.longs(rows);
      double[] values = values(hidden, at, work);
      KERNEL.call(
          work,
          "backward",
          work.doubles(lesson.apply(values)),
          hidden,
          at,
          weights.master(weight),
          gradient,
          weights.gradient(weight),
          weights.gradient(bias));
      return values;
    }
  }
}
