package org.tune4j.engine.optim;

import java.util.List;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Adam (Kingma and Ba, 2015), as {@code torch.optim.Adam(fused=True)}: weight decay is added to the
 * gradient, and so is divided by its mean square like all else.
 */
public final class Adam extends FlatOptimizer {
  /**
   * Its settings, with torch's names and defaults.
   *
   * @param beta1 decay of the mean of gradients
   * @param beta2 decay of the mean of squared gradients
   * @param eps added to the root in the denominator
   * @param weightDecay how much of a weight is added to its gradient
   */
  public record Settings(double beta1, double beta2, double eps, double weightDecay)
      implements OptimizerConfig {
    public static final Settings DEFAULT = new Settings(0.9, 0.999, 1e-8, 0);

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

    @Override
    public Optimizer optimizer(TrainableTensors trainables, TensorScope parent) {
      return new Adam(trainables, this, parent);
    }

    @Override
    public String key() {
      return "adam";
    }

    @Override
    public long stateBytes(List<Trainable> trained) {
      return 8 * Trainable.elements(trained);
    }
  }

  private static final KernelModule KERNEL =
      KernelModule.load(
          "adam",
          KernelSources.read(Adam.class, "/org/tune4j/engine/kernels", "adam"),
          """
            def step(self: __torch__.Root, w: List[Tensor], g: List[Tensor], first: List[Tensor], second: List[Tensor], count: Tensor, settings: Tensor) -> Tensor:
              return __torch__.adam.step(w, g, first, second, count, settings)
          """);

  private static final String FIRST = "exp_avg";
  private static final String SECOND = "exp_avg_sq";
  private final Settings settings;

  /** An optimizer that has made no update. */
  public Adam(TrainableTensors trainables, Settings settings, TensorScope parent) {
    super(trainables, settings.weightDecay(), parent, FIRST, SECOND);
    this.settings = settings;
  }

  @Override
  void step(Stretch stretch, double learningRate, double decay, double factor, TensorScope work) {
    KERNEL.call(
        work,
        "step",
        List.of(stretch.weights()),
        List.of(stretch.gradients()),
        List.of(stretch.state().get(FIRST)),
        List.of(stretch.state().get(SECOND)),
        work.floats(new float[] {steps()}, new long[] {1}),
        work.doubles(
            new double[] {
              learningRate, settings.beta1(), settings.beta2(), settings.eps(), decay, factor
            }));
  }
}
