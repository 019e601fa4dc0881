package org.tune4j.engine.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * AdamW with decoupled weight decay (Loshchilov and Hutter, 2019), as {@code
 * torch.optim.AdamW(fused=True)}: one call for all tensors that are decayed and one for those that
 * are not.
 */
public final class AdamW implements Optimizer {
  /**
   * Its settings, with torch's names and defaults.
   *
   * @param beta1 decay of the mean of gradients
   * @param beta2 decay of the mean of squared gradients
   * @param eps added to the root in the denominator
   * @param weightDecay share of the learning rate by which a weight shrinks in each update
   */
  public record Settings(double beta1, double beta2, double eps, double weightDecay) {
    public static final Settings DEFAULT = new Settings(0.9, 0.999, 1e-8, 0.01);

    public Settings {
      if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
        throw new ConfigException(
            "adam_beta1, adam_beta2: wanted 0 up to but not 1, found " + beta1 + ", " + beta2);
      }
      if (!(eps > 0 && Double.isFinite(eps))
          || !(weightDecay >= 0 && Double.isFinite(weightDecay))) {
        throw new ConfigException(
            "adam_epsilon must be above 0 and weight_decay at least 0, found "
                + eps
                + ", "
                + weightDecay);
      }
    }
  }

  private static final KernelModule KERNEL =
      KernelModule.load(
          "adamw",
          KernelSources.read(AdamW.class, "/org/tune4j/engine/kernels", "adamw"),
          """
            def step(self: __torch__.Root, w: List[Tensor], g: List[Tensor], first: List[Tensor], second: List[Tensor], count: Tensor, settings: Tensor) -> Tensor:
              return __torch__.adamw.step(w, g, first, second, count, settings)
          """);

  private final TrainableTensors trainables;
  private final Settings settings;
  private final TensorScope scope;
  private final Tensor first;
  private final Tensor second;
  private long steps;

  /** An optimizer that has made no update. */
  public AdamW(TrainableTensors trainables, Settings settings, TensorScope parent) {
    this.trainables = trainables;
    this.settings = settings;
    this.scope = parent.nested();
    DType dtype = trainables.flat().dtype();
    this.first = TensorOps.zeros(scope, dtype, trainables.parameters());
    this.second = TensorOps.zeros(scope, dtype, trainables.parameters());
  }

  @Override
  public void step(double learningRate, double gradientFactor) {
    if (!(learningRate >= 0)
        || !Double.isFinite(learningRate)
        || !Double.isFinite(gradientFactor)) {
      throw new IllegalArgumentException(
          "An update with learning rate "
              + learningRate
              + " and gradient factor "
              + gradientFactor);
    }
    long decayed = trainables.decayedParameters();
    range(0, decayed, settings.weightDecay(), learningRate, gradientFactor);
    range(decayed, trainables.parameters() - decayed, 0, learningRate, gradientFactor);
    steps++;
    trainables.refresh();
  }

  private void range(long from, long count, double decay, double learningRate, double factor) {
    if (count == 0) {
      return;
    }
    try (TensorScope work = scope.nested()) {
      KERNEL.call(
          work,
          "step",
          List.of(TensorOps.view(work, trainables.flat(), from, count)),
          List.of(TensorOps.view(work, trainables.flatGradient(), from, count)),
          List.of(TensorOps.view(work, first, from, count)),
          List.of(TensorOps.view(work, second, from, count)),
          work.floats(new float[] {steps}, new long[] {1}),
          work.doubles(
              new double[] {
                learningRate, settings.beta1(), settings.beta2(), settings.eps(), decay, factor
              }));
    }
  }

  @Override
  public long steps() {
    return steps;
  }

  @Override
  public Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    state.put("exp_avg", first);
    state.put("exp_avg_sq", second);
    return state;
  }

  @Override
  public void restore(long updates) {
    if (updates < 0) {
      throw new IllegalArgumentException("Updates made so far: wanted 0 or more, found " + updates);
    }
    this.steps = updates;
  }

  @Override
  public void close() {
    scope.close();
  }
}
