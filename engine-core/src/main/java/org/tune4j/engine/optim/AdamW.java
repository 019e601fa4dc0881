package org.tune4j.engine.optim;

import java.util.List;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.tensor.TensorScope;

/**
 * AdamW with decoupled weight decay (Loshchilov and Hutter, 2019), as {@code
 * torch.optim.AdamW(fused=True)}: one call for all tensors that are decayed and one for those that
 * are not.
 */
public final class AdamW extends FlatOptimizer {
  /**
   * Its settings, with torch's names and defaults.
   *
   * @param beta1 decay of the mean of gradients
   * @param beta2 decay of the mean of squared gradients
   * @param eps added to the root in the denominator
   * @param weightDecay share of the learning rate by which a weight shrinks in each update
   */
  public record Settings(double beta1, double beta2, double eps, double weightDecay)
      implements OptimizerConfig {
    public static final Settings DEFAULT = new Settings(0.9, 0.999, 1e-8, 0.01);

    public Settings {
      check(beta1, beta2, eps, weightDecay);
    }

    /** Refuses what none of Adam's kind can work with. */
    static void check(double beta1, double beta2, double eps, double weightDecay) {
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
      return new AdamW(trainables, this, parent);
    }

    @Override
    public String key() {
      return "adamw";
    }

    @Override
    public long stateBytes(List<Trainable> trained) {
      return 8 * Trainable.elements(trained);
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

  static final String FIRST = "exp_avg";
  static final String SECOND = "exp_avg_sq";
  private final Settings settings;

  /** An optimizer that has made no update. */
  public AdamW(TrainableTensors trainables, Settings settings, TensorScope parent) {
    super(trainables, settings.weightDecay(), parent, FIRST, SECOND);
    this.settings = settings;
  }

  @Override
  void step(Piece piece, double learningRate, double decay, double factor, TensorScope work) {
    step(piece, settings, new double[] {learningRate, decay, factor}, steps(), work);
  }

  /**
   * Updates a piece.
   *
   * @param now learning rate, weight decay and factor on the gradient
   * @param steps updates made before
   */
  static void step(Piece piece, Settings settings, double[] now, long steps, TensorScope work) {
    double[] numbers = {now[0], settings.beta1(), settings.beta2(), settings.eps(), now[1], now[2]};
    call(KERNEL, piece, numbers, steps, work);
  }

  /**
   * Updates a stretch by a kernel of Adam's kind.
   *
   * @param numbers as the kernel has them
   * @param steps updates made before
   */
  static void call(
      KernelModule kernel, Piece piece, double[] numbers, long steps, TensorScope work) {
    kernel.call(
        work,
        "step",
        List.of(piece.weights()),
        List.of(piece.gradients()),
        List.of(piece.state().get(FIRST)),
        List.of(piece.state().get(SECOND)),
        work.floats(new float[] {steps}, new long[] {1}),
        work.doubles(numbers));
  }
}
