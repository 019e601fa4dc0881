package org.tune4j.engine.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Finishing;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Schedule-free AdamW (Defazio et al., 2024), as {@code schedulefree.AdamWScheduleFree}: a mean of
 * weights takes the place of a falling learning rate. Gradients are computed at y, which is what
 * the masters hold; {@link #averaged} puts the mean, x, in their place.
 */
public final class ScheduleFreeAdamW extends FlatOptimizer {
  /**
   * Its settings, with the package's names and defaults.
   *
   * @param beta1 how much of y is x
   * @param beta2 decay of the mean of squared gradients
   * @param eps added to the root in the denominator
   * @param weightDecay how much of y is added to the normalised gradient
   * @param r by which power of its number an update counts in the mean
   * @param weightLrPower by which power of the greatest learning rate so far it does
   */
  public record Settings(
      double beta1, double beta2, double eps, double weightDecay, double r, double weightLrPower)
      implements OptimizerConfig {
    public static final Settings DEFAULT = new Settings(0.9, 0.999, 1e-8, 0, 0, 2);

    public Settings {
      AdamW.Settings.check(beta1, beta2, eps, weightDecay);
      if (!(beta1 > 0 && r >= 0 && weightLrPower >= 0) || !Double.isFinite(r + weightLrPower)) {
        throw new ConfigException(
            "schedule_free_adamw: wanted adam_beta1 above 0, r and weight_lr_power of at least 0,"
                + " found "
                + List.of(beta1, r, weightLrPower));
      }
    }

    @Override
    public Optimizer optimizer(TrainableTensors trainables, TensorScope parent) {
      return new ScheduleFreeAdamW(trainables, this, parent);
    }

    @Override
    public String key() {
      return "schedule_free_adamw";
    }

    @Override
    public long stateBytes(List<Trainable> trained) {
      return 8 * Trainable.elements(trained);
    }
  }

  private static final KernelModule KERNEL =
      KernelModule.load(
          "schedule_free",
          KernelSources.read(
              ScheduleFreeAdamW.class, "/org/tune4j/engine/kernels", "schedule_free"),
          """
            def step(self: __torch__.Root, w: Tensor, g: Tensor, z: Tensor, v: Tensor, settings: Tensor) -> Tensor:
              return __torch__.schedule_free.step(w, g, z, v, settings)
            def average(self: __torch__.Root, w: Tensor, z: Tensor, beta1: Tensor) -> Tensor:
              return __torch__.schedule_free.average(w, z, beta1)
          """);

  private static final String Z = "z";
  private static final String SECOND = "exp_avg_sq";
  private static final String MEAN = "mean";

  private final Settings settings;

  /** The sum of all updates' weights in the mean, and the greatest learning rate so far. */
  private final Tensor mean;

  private double share;

  /** An optimizer that has made no update. */
  public ScheduleFreeAdamW(TrainableTensors trainables, Settings settings, TensorScope parent) {
    super(trainables, settings.weightDecay(), parent, Z, SECOND);
    this.settings = settings;
    this.mean = TensorOps.zeros(scope, DType.FLOAT64, 2);
  }

  @Override
  void begin(double learningRate) {
    if (steps() == 0) {
      TensorOps.copy(super.state().get(Z), trainables.flat());
    }
    double[] before = mean.toDoubles();
    double greatest = Math.max(before[1], learningRate);
    double weight =
        Math.pow(steps() + 1.0, settings.r()) * Math.pow(greatest, settings.weightLrPower());
    double sum = before[0] + weight;
    share = sum == 0 ? 0 : weight / sum;
    try (TensorScope work = scope.nested()) {
      TensorOps.copy(mean, work.doubles(new double[] {sum, greatest}));
    }
  }

  @Override
  void step(Piece piece, double learningRate, double decay, double factor, TensorScope work) {
    KERNEL.call(
        work,
        "step",
        piece.weights(),
        piece.gradients(),
        piece.state().get(Z),
        piece.state().get(SECOND),
        work.doubles(
            new double[] {
              learningRate,
              settings.beta1(),
              settings.beta2(),
              settings.eps(),
              decay,
              factor,
              share,
              1 - Math.pow(settings.beta2(), steps() + 1.0)
            }));
  }

  /** Keeps y where the gradient is, so that going on is going on from the same bits. */
  @Override
  public InPlace averaged() {
    if (steps() == 0) {
      return () -> {};
    }
    Tensor y = trainables.flatGradient();
    TensorOps.copy(y, trainables.flat());
    try (TensorScope work = scope.nested()) {
      Tensor beta1 = work.doubles(new double[] {settings.beta1()});
      KERNEL.call(work, "average", trainables.flat(), super.state().get(Z), beta1);
    }
    trainables.refresh();
    return () -> {
      // The last checkpoint of a JVM that exits meanwhile must have y.
      try (Finishing.Insisted insisted = Finishing.insist()) {
        TensorOps.copy(trainables.flat(), y);
        trainables.refresh();
      }
    };
  }

  @Override
  public Map<String, Tensor> state() {
    Map<String, Tensor> all = new LinkedHashMap<>(super.state());
    all.put(MEAN, mean);
    return all;
  }
}
