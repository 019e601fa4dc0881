package org.tune4j.engine.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Stretch;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainedRange;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.optim.TrainedMatrices.Matrix;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * AdamW whose two moments have one byte a number each (Dettmers et al., 2022), as bitsandbytes'
 * {@code AdamW8bit}: a quarter of AdamW's state. In blocks of 256 numbers with an fp32 scale each.
 * Small tensors keep theirs in fp32.
 */
public final class AdamW8bit extends CountedOptimizer {
  private static final int BLOCK = 256;

  /**
   * Its settings, with bitsandbytes' names and defaults.
   *
   * @param adamw those that AdamW has too
   * @param min8bitSize tensors of fewer numbers keep their moments in fp32
   */
  public record Settings(AdamW.Settings adamw, int min8bitSize) implements OptimizerConfig {
    /** bitsandbytes' default of {@code min_8bit_size}. */
    public static final int MIN_8BIT_SIZE = 4096;

    public static final Settings DEFAULT = new Settings(AdamW.Settings.DEFAULT, MIN_8BIT_SIZE);

    public Settings {
      if (min8bitSize < 0) {
        throw new ConfigException(
            "adamw_8bit: min_8bit_size: wanted at least 0, found " + min8bitSize);
      }
    }

    @Override
    public Optimizer optimizer(TrainableTensors trainables, TensorScope parent) {
      return new AdamW8bit(trainables, this, parent);
    }

    @Override
    public String key() {
      return "adamw_8bit";
    }

    @Override
    public long stateBytes(List<Trainable> trained) {
      return trained.stream()
          .flatMap(trainable -> trainable.slot().parts().stream())
          .mapToLong(TensorSlot.Part::elements)
          .map(n -> n < min8bitSize ? 8 * n : 2 * (n + 4 * blocks(n)))
          .sum();
    }

    @Override
    public double weightDecay() {
      return adamw.weightDecay();
    }
  }

  private static final KernelModule KERNEL =
      KernelModule.load(
          "adamw8bit",
          KernelSources.read(AdamW8bit.class, "/org/tune4j/engine/kernels", "adamw8bit"),
          """
            def step(self: __torch__.Root, w: Tensor, g: Tensor, first: Tensor, first_absmax: Tensor, second: Tensor, second_absmax: Tensor, tables: List[Tensor], settings: Tensor) -> Tensor:
              return __torch__.adamw8bit.step(w, g, first, first_absmax, second, second_absmax, tables, settings)
          """);

  private static final List<String> MOMENTS = List.of("exp_avg", "exp_avg_sq");
  private static final String CODES = "_codes";
  private static final String ABSMAX = "_absmax";

  private final Settings settings;
  private final Map<String, Tensor> state = new LinkedHashMap<>();
  private final List<Coded> large = new ArrayList<>();
  private final AdamWTensors small;
  private final List<Tensor> tables = new ArrayList<>();

  /** A tensor, and where the codes and the blocks of its moments begin. */
  private record Coded(Matrix matrix, long number, long block) {}

  /** An optimizer that has made no update. */
  public AdamW8bit(TrainableTensors trainables, Settings settings, TensorScope parent) {
    super(trainables, parent);
    this.settings = settings;
    Map<Boolean, List<Matrix>> bySize =
        TrainedMatrices.of(trainables).stream()
            .collect(
                Collectors.partitioningBy(matrix -> matrix.elements() < settings.min8bitSize()));
    this.small = new AdamWTensors(trainables, bySize.get(true), settings.adamw(), scope);
    divide(bySize.get(false));
    tables.addAll(DynamicCodes.SIGNED.tensors(scope));
    tables.addAll(DynamicCodes.UNSIGNED.tensors(scope));
  }

  private static long blocks(long numbers) {
    return (numbers + BLOCK - 1) / BLOCK;
  }

  private void divide(List<Matrix> matrices) {
    List<Long> sizes = matrices.stream().map(matrix -> matrix.elements()).toList();
    long numbers = sizes.stream().mapToLong(Long::longValue).sum();
    long blocks = sizes.stream().mapToLong(AdamW8bit::blocks).sum();
    for (String moment : MOMENTS) {
      state.put(moment + CODES, trainables.stateZeros(scope, DType.UINT8, numbers));
      state.put(moment + ABSMAX, trainables.stateZeros(scope, DType.FLOAT32, blocks));
    }
    long number = 0;
    long block = 0;
    for (Matrix matrix : matrices) {
      long count = matrix.elements();
      large.add(new Coded(matrix, number, block));
      number += count;
      block += blocks(count);
    }
  }

  @Override
  void update(TrainedRange range, double learningRate, double gradientFactor) {
    small.update(range, learningRate, gradientFactor, steps());
    double decay = range.decayed() ? settings.weightDecay() : 0;
    double[] numbers = numbers(learningRate, decay, gradientFactor);
    for (Coded each : large) {
      if (each.matrix().range().equals(range)) {
        trainables.update(
            each.matrix().offset(),
            each.matrix().elements(),
            steps(),
            stretch -> step(each, stretch, numbers));
      }
    }
  }

  private void step(Coded each, Stretch stretch, double[] numbers) {
    TensorScope work = stretch.scope();
    long done = stretch.from() - each.matrix().offset();
    long number = each.number() + done;
    long block = each.block() + done / BLOCK;
    List<Tensor> moments = new ArrayList<>();
    for (String moment : MOMENTS) {
      moments.add(TensorOps.view(work, state.get(moment + CODES), number, stretch.count()));
      moments.add(TensorOps.view(work, state.get(moment + ABSMAX), block, blocks(stretch.count())));
    }
    KERNEL.call(
        work,
        "step",
        stretch.weights(),
        stretch.gradients(),
        moments.get(0),
        moments.get(1),
        moments.get(2),
        moments.get(3),
        tables,
        work.doubles(numbers));
  }

  private double[] numbers(double learningRate, double decay, double factor) {
    AdamW.Settings adamw = settings.adamw();
    double step = steps() + 1.0;
    return new double[] {
      learningRate,
      adamw.beta1(),
      adamw.beta2(),
      adamw.eps(),
      decay,
      factor,
      1 - Math.pow(adamw.beta1(), step),
      Math.sqrt(1 - Math.pow(adamw.beta2(), step))
    };
  }

  @Override
  public Map<String, Tensor> state() {
    Map<String, Tensor> all = new LinkedHashMap<>(state);
    all.putAll(small.state());
    return all;
  }
}
