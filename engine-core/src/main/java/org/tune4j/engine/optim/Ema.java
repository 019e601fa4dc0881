package org.tune4j.engine.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainedRange;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.Finishing;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Another optimizer, and the exponential moving average of the weights that it makes ({@code
 * torch.optim.swa_utils.AveragedModel} with {@code get_ema_multi_avg_fn}). The average begins with
 * the weights after the first update. It is what {@link #averaged} puts in place, and has no
 * influence on what is learned. Takes one vector beside the weights, whose masters must be whole.
 */
public final class Ema implements Optimizer {
  /**
   * Which optimizer, and how fast its average forgets.
   *
   * @param of the optimizer
   * @param decay what an update leaves of the average, from 0 to below 1; usual is 0.999
   * @param warmup whether the decay begins at 0 and comes up to that by {@code 1 - (1 + t)^(-2/3)},
   *     t the updates before (diffusers' {@code use_ema_warmup}), so that a short run's average
   *     does not keep its beginning
   */
  public record Settings(OptimizerConfig of, double decay, boolean warmup)
      implements OptimizerConfig {
    public Settings {
      if (!(decay >= 0 && decay < 1)) {
        throw new ConfigException("ema_decay: wanted 0 up to but not 1, found " + decay);
      }
      if (of instanceof ScheduleFreeAdamW.Settings || of instanceof Settings) {
        throw new ConfigException(
            "ema_decay: %s has an average of its own; keep one of them".formatted(of.key()));
      }
    }

    @Override
    public Optimizer optimizer(TrainableTensors trainables, TensorScope parent) {
      return new Ema(of.optimizer(trainables, parent), trainables, this, parent);
    }

    @Override
    public String key() {
      return of.key() + " with ema";
    }

    @Override
    public long stateBytes(List<Trainable> trained) {
      return of.stateBytes(trained) + 4 * Trainable.elements(trained);
    }

    @Override
    public long workBytes(List<Trainable> trained) {
      return of.workBytes(trained);
    }

    @Override
    public double weightDecay() {
      return of.weightDecay();
    }

    /** What the average keeps of itself after so many updates before this one. */
    double decayAfter(long updates) {
      if (updates == 0) {
        return 0;
      }
      return warmup ? Math.min(decay, 1 - Math.pow(1.0 + updates, -2.0 / 3)) : decay;
    }
  }

  private static final String NAME = "ema";
  private static final KernelModule KERNEL =
      KernelModule.load(
          NAME,
          KernelSources.read(Ema.class, "/org/tune4j/engine/kernels", NAME),
          """
            def follow(self: __torch__.Root, average: Tensor, w: Tensor, share: Tensor) -> Tensor:
              return __torch__.ema.follow(average, w, share)
            def exchange(self: __torch__.Root, average: Tensor, w: Tensor) -> Tensor:
              return __torch__.ema.exchange(average, w)
          """);

  private final Optimizer optimizer;
  private final TrainableTensors trainables;
  private final Settings settings;
  private final TensorScope scope;
  private final Tensor average;

  private Ema(
      Optimizer optimizer, TrainableTensors trainables, Settings settings, TensorScope parent) {
    this.optimizer = optimizer;
    this.trainables = trainables;
    this.settings = settings;
    this.scope = parent.nested();
    this.average =
        trainables.stateZeros(scope, trainables.updatedIn(), trainables.flat().elements());
  }

  @Override
  public Update begin(double learningRate, double gradientFactor) {
    if (optimizer.steps() == 0) {
      TensorOps.copy(average, trainables.flat()); // Of a range that is left as it is.
    }
    double share = 1 - settings.decayAfter(optimizer.steps());
    Update update = optimizer.begin(learningRate, gradientFactor);
    return new Update() {
      @Override
      public void of(TrainedRange range) {
        update.of(range);
        follow(range, share);
      }

      @Override
      public void all() {
        trainables.ranges().forEach(this::of);
      }

      @Override
      public void finish() {
        update.finish();
      }
    };
  }

  private void follow(TrainedRange range, double share) {
    try (TensorScope work = scope.nested()) {
      KERNEL.call(
          work,
          "follow",
          TensorOps.view(work, average, range.from(), range.count()),
          TensorOps.view(work, trainables.flat(), range.from(), range.count()),
          work.doubles(new double[] {share}, 1));
    }
  }

  @Override
  public long steps() {
    return optimizer.steps();
  }

  @Override
  public Map<String, Tensor> state() {
    Map<String, Tensor> all = new LinkedHashMap<>(optimizer.state());
    all.put(NAME, average);
    return all;
  }

  @Override
  public void restore(long steps) {
    optimizer.restore(steps);
  }

  /** The weights that learn stand where the average was meanwhile. */
  @Override
  public InPlace averaged() {
    if (steps() == 0) {
      return () -> {};
    }
    exchange();
    return this::exchange;
  }

  /** Not half of it: the last checkpoint of a JVM that exits must have the weights that learn. */
  private void exchange() {
    try (Finishing.Insisted insisted = Finishing.insist();
        TensorScope work = scope.nested()) {
      KERNEL.call(work, "exchange", average, trainables.flat());
      trainables.refresh();
    }
  }

  @Override
  public void close() {
    optimizer.close();
    scope.close();
  }
}
