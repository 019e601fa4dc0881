package org.tune4j.engine.optim;

import java.util.List;
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
      AdamW.Settings.check(beta1, beta2, eps, weightDecay);
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

  private final Settings settings;

  /** An optimizer that has made no update. */
  public Adam(TrainableTensors trainables, Settings settings, TensorScope parent) {
    super(trainables, settings.weightDecay(), parent, AdamW.FIRST, AdamW.SECOND);
    this.settings = settings;
  }

  @Override
  void step(Piece piece, double learningRate, double decay, double factor, TensorScope work) {
    double[] numbers = {
      learningRate, settings.beta1(), settings.beta2(), settings.eps(), decay, factor
    };
    AdamW.call(KERNEL, piece, numbers, steps(), work);
  }
}
