package org.tune4j.engine.train;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TrainedStorage;
import org.tune4j.engine.adapt.TrainedStorage.Gradients;
import org.tune4j.engine.adapt.TrainedStorage.Masters;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.optim.AdamW8bit;
import org.tune4j.engine.optim.OptimizerConfig;
import org.tune4j.engine.tensor.DType;

/**
 * The ways to make a run's updates in other amounts of memory, the fastest first. How much longer
 * each rung makes an update is a constant that was measured: docs/memory.md.
 */
final class MemoryRungs {
  private static final double RECOMPUTE = 0.28;
  private static final double EIGHT_BITS = 0.14;
  private static final double SPLIT = 0.03;
  private static final double SPLIT24 = 0.04;
  private static final double SPILLED_STATES = 0.5;

  /** Of each division: they are tried in the order of their sizes. */
  private static final double DIVISION = 1e-3;

  private MemoryRungs() {}

  private record Rung(TrainConfig config, double cost) {}

  /** Ways to the same updates, but for rounding: smaller micro-batches, and recompute. */
  static List<TrainConfig> same(TrainConfig wanted) {
    return sorted(divisions(wanted, 0));
  }

  /**
   * All ways: masters in parts, states in 8 bits, gradients in the type that is computed in, states
   * in a file. What was asked for comes first; what excludes a setting of the run is left out.
   */
  static List<TrainConfig> all(TrainConfig wanted, DType dtype) {
    List<Rung> rungs = new ArrayList<>();
    for (Masters masters : masters(wanted, dtype)) {
      for (OptimizerConfig optimizer : optimizers(wanted)) {
        for (Gradients gradients : gradients(wanted, dtype)) {
          for (boolean spill : List.of(wanted.memory().spillStates(), true)) {
            MemorySettings memory =
                new MemorySettings(
                    new TrainedStorage(masters, gradients),
                    wanted.memory().takesOver(),
                    spill,
                    wanted.memory().spillActivations());
            double cost =
                (masters == wanted.memory().storage().masters() ? 0 : cost(masters))
                    + (optimizer.equals(wanted.optimizer()) ? 0 : EIGHT_BITS)
                    + (spill == wanted.memory().spillStates() ? 0 : SPILLED_STATES);
            with(wanted, memory, optimizer)
                .ifPresent(config -> rungs.addAll(divisions(config, cost)));
          }
        }
      }
    }
    return sorted(rungs);
  }

  /** Empty where a setting of the run excludes it. */
  private static Optional<TrainConfig> with(
      TrainConfig wanted, MemorySettings memory, OptimizerConfig optimizer) {
    try {
      return Optional.of(wanted.toBuilder().memory(memory).optimizer(optimizer).build());
    } catch (ConfigException e) {
      return Optional.empty();
    }
  }

  private static double cost(Masters masters) {
    return masters == Masters.SPLIT ? SPLIT : SPLIT24;
  }

  private static List<Masters> masters(TrainConfig wanted, DType dtype) {
    Masters asked = wanted.memory().storage().masters();
    boolean splits = dtype == DType.BFLOAT16 && asked == Masters.FP32;
    return splits ? List.of(Masters.FP32, Masters.SPLIT, Masters.SPLIT24) : List.of(asked);
  }

  private static List<OptimizerConfig> optimizers(TrainConfig wanted) {
    return wanted.optimizer() instanceof AdamW.Settings adamw
        ? List.of(adamw, new AdamW8bit.Settings(adamw, AdamW8bit.Settings.MIN_8BIT_SIZE))
        : List.of(wanted.optimizer());
  }

  private static List<Gradients> gradients(TrainConfig wanted, DType dtype) {
    Gradients asked = wanted.memory().storage().gradients();
    boolean narrows = dtype == DType.BFLOAT16;
    return narrows && asked == Gradients.FP32
        ? List.of(Gradients.FP32, Gradients.COMPUTE)
        : List.of(asked);
  }

  private static List<Rung> divisions(TrainConfig wanted, double cost) {
    int rows = wanted.perDeviceTrainBatchSize();
    boolean adds = MemoryPlan.isDivisible(wanted);
    return Stream.of(Recompute.values())
        .filter(recompute -> recompute.compareTo(wanted.recompute()) >= 0)
        .flatMap(
            recompute ->
                IntStream.rangeClosed(1, rows)
                    .map(less -> rows + 1 - less)
                    .filter(size -> size == rows || rows % size == 0 && adds)
                    .mapToObj(
                        size ->
                            new Rung(
                                wanted.divided(size, recompute),
                                cost
                                    + DIVISION * (rows / size - 1)
                                    + (recompute == wanted.recompute() ? 0 : RECOMPUTE))))
        .toList();
  }

  private static List<TrainConfig> sorted(List<Rung> rungs) {
    return rungs.stream()
        .sorted(Comparator.comparingDouble(Rung::cost))
        .map(Rung::config)
        .distinct()
        .toList();
  }

  /** What of a way is not as it was asked for, by the names of settings. */
  static String changes(TrainConfig wanted, TrainConfig way) {
    Map<String, Object> changed = new LinkedHashMap<>();
    if (way.memory().storage().masters() != wanted.memory().storage().masters()) {
      changed.put("master_weights", way.memory().storage().masters());
    }
    if (way.memory().storage().gradients() != wanted.memory().storage().gradients()) {
      changed.put("gradients", way.memory().storage().gradients());
    }
    if (!way.optimizer().equals(wanted.optimizer())) {
      changed.put("optim", way.optimizer().key());
    }
    if (way.memory().spillStates() != wanted.memory().spillStates()) {
      changed.put("spill", "states");
    }
    return changed.entrySet().stream()
        .map(each -> each.getKey() + " = " + each.getValue().toString().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }
}
