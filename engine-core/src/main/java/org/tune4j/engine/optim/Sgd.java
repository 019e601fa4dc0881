package org.tune4j.engine.optim;

import java.util.List;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** Stochastic gradient descent, as {@code torch.optim.SGD(fused=True)}. */
public final class Sgd extends FlatOptimizer {
  /**
   * Its settings, with torch's names and defaults.
   *
   * @param momentum how much of the last update goes on; 0 for none, which needs no state
   * @param nesterov whether momentum looks ahead
   * @param weightDecay how much of a weight is added to its gradient
   */
  public record Settings(double momentum, boolean nesterov, double weightDecay)
      implements OptimizerConfig {
    public static final Settings DEFAULT = new Settings(0, false, 0);

    public Settings {
      if (!(momentum >= 0 && momentum < 1)) {
        throw new ConfigException("momentum: wanted 0 up to but not 1, found " + momentum);
      }
      if (nesterov && momentum == 0) {
        throw new ConfigException("nesterov: wanted momentum above 0, found 0");
      }
      if (!(weightDecay >= 0 && Double.isFinite(weightDecay))) {
        throw new ConfigException("weight_decay: wanted at least 0, found " + weightDecay);
      }
    }

    @Override
    public Optimizer optimizer(TrainableTensors trainables, TensorScope parent) {
      return new Sgd(trainables, this, parent);
    }

    @Override
    public String key() {
      return "sgd";
    }

    @Override
    public long stateBytes(List<Trainable> trained) {
      return (momentum > 0 ? 4 : 0) * Trainable.elements(trained);
    }
  }

  private static final String BUFFER = "momentum_buffer";
  private static final KernelModule KERNEL =
      KernelModule.load(
          "sgd",
          KernelSources.read(Sgd.class, "/org/tune4j/engine/kernels", "sgd"),
          """
            def step(self: __torch__.Root, w: List[Tensor], g: List[Tensor], buffer: List[Tensor], settings: Tensor) -> Tensor:
              return __torch__.sgd.step(w, g, buffer, settings)
            def plain(self: __torch__.Root, w: List[Tensor], g: List[Tensor], settings: Tensor) -> Tensor:
              return __torch__.sgd.step(w, g, annotate(List[Tensor], []), settings)
          """);

  private final Settings settings;

  /** An optimizer that has made no update. */
  public Sgd(TrainableTensors trainables, Settings settings, TensorScope parent) {
    super(
        trainables,
        settings.weightDecay(),
        parent,
        settings.momentum() > 0 ? new String[] {BUFFER} : new String[0]);
    this.settings = settings;
  }

  @Override
  void step(Piece piece, double learningRate, double decay, double factor, TensorScope work) {
    Tensor numbers =
        work.doubles(
            new double[] {
              learningRate,
              settings.momentum(),
              decay,
              settings.nesterov() ? 1 : 0,
              steps() == 0 ? 1 : 0,
              factor
            });
    List<Tensor> weights = List.of(piece.weights());
    List<Tensor> gradients = List.of(piece.gradients());
    if (settings.momentum() > 0) {
      KERNEL.call(work, "step", weights, gradients, List.of(piece.state().get(BUFFER)), numbers);
    } else {
      KERNEL.call(work, "plain", weights, gradients, numbers);
    }
  }
}
