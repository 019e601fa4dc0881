package org.tune4j.engine.optim;

import java.util.List;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Lion (Chen et al., 2023): moves each weight by the learning rate, in the direction of the sign of
 * a mean of gradients. Half of AdamW's state; wants about a tenth of its learning rate and ten
 * times its weight decay.
 */
public final class Lion extends FlatOptimizer {
  /**
   * Its settings, with the paper's defaults.
   *
   * @param beta1 share of the mean in the direction
   * @param beta2 decay of the mean of gradients
   * @param weightDecay share of the learning rate by which a weight shrinks in each update
   */
  public record Settings(double beta1, double beta2, double weightDecay)
      implements OptimizerConfig {
    public static final Settings DEFAULT = new Settings(0.9, 0.99, 0);

    public Settings {
      if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
        throw new ConfigException(
            "adam_beta1, adam_beta2: wanted 0 up to but not 1, found " + beta1 + ", " + beta2);
      }
      if (!(weightDecay >= 0 && Double.isFinite(weightDecay))) {
        throw new ConfigException("weight_decay: wanted at least 0, found " + weightDecay);
      }
    }

    @Override
    public Optimizer optimizer(TrainableTensors trainables, TensorScope parent) {
      return new Lion(trainables, this, parent);
    }

    @Override
    public String key() {
      return "lion";
    }

    @Override
    public long stateBytes(List<Trainable> trained) {
      return 4 * Trainable.elements(trained);
    }
  }

  private static final String MEAN = "exp_avg";
  private static final KernelModule KERNEL =
      KernelModule.load(
          "lion",
          KernelSources.read(Lion.class, "/org/tune4j/engine/kernels", "lion"),
          """
            def step(self: __torch__.Root, w: Tensor, g: Tensor, m: Tensor, settings: Tensor) -> Tensor:
              return __torch__.lion.step(w, g, m, settings)
          """);

  private final Settings settings;

  /** An optimizer that has made no update. */
  public Lion(TrainableTensors trainables, Settings settings, TensorScope parent) {
    super(trainables, settings.weightDecay(), parent, MEAN);
    this.settings = settings;
  }

  @Override
  void step(Piece piece, double learningRate, double decay, double factor, TensorScope work) {
    KERNEL.call(
        work,
        "step",
        piece.weights(),
        piece.gradients(),
        piece.state().get(MEAN),
        work.doubles(
            new double[] {learningRate, settings.beta1(), settings.beta2(), decay, factor}));
  }
}
