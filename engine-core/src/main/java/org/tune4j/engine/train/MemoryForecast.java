package org.tune4j.engine.train;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.stream.Stream;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.model.TrainingMemory;
import org.tune4j.engine.model.WeightFormat;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.optim.OptimizerConfig;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.ProcessMemory;

/**
 * The memory that fine-tuning with an adapter will need at its peak, in bytes: computed from the
 * model's configuration, before any weight is loaded. Sizes of tensors are counted exactly; what
 * the allocator and the process add are constants that were measured (docs/benchmarks.md).
 *
 * @param trainedParameters numbers that are trained
 * @param weights the base model, and what an adapter reads that nothing trains
 * @param trained masters, gradients, the optimizer's state, and a copy to compute with in bf16 or
 *     fp16
 * @param activations what the largest micro-batch holds at once, and what the allocator adds
 * @param process the JVM, the native libraries and the rows in memory
 */
public record MemoryForecast(
    long trainedParameters, long weights, long trained, long activations, long process) {
  /** A process that has read some thousand rows and trains, all but model and activations. */
  private static final long FRESH = 322L << 20;

  /** What comes to a process once it trains: compiled kernels, threads and their buffers. */
  private static final long KERNELS = 74L << 20;

  /** What the C heap may hold back before it is trimmed; at most half of what was in use. */
  private static final long HELD_BACK = 128L << 20;

  /** Share of what is kept that is lost between its pieces. */
  private static final double BETWEEN = 0.2;

  /**
   * A block that is computed again in its backward pass leaves pieces of both passes: the working
   * memory counts so many times.
   */
  private static final int AGAIN = 2;

  /** A strip of a quantised matrix: its codes, and its numbers in fp32 and as computed with. */
  private static final long STRIP = 16L << 20;

  /** The share of the memory that there is that a forecast may fill. */
  private static final double MARGIN = 0.95;

  /** All of it. */
  public long total() {
    return weights + trained + activations + process;
  }

  /**
   * Forecasts.
   *
   * @param format how the base model's matrices are held
   * @param optimizer whose state is kept for what is trained
   * @param settings how what is trained is held
   * @param shifted whether the gradient of inputs is taken too, as adversarial training does
   * @param documents tokens of each document of the largest micro-batch
   * @param chunkScores the most scores that are held at once: {@link CausalLmObjective#chunkScores}
   * @param process what the process will have besides: {@link #processNow} or {@link #freshProcess}
   */
  public static MemoryForecast of(
      Architecture architecture,
      Adapter adapter,
      DType dtype,
      WeightFormat format,
      OptimizerConfig optimizer,
      MemorySettings settings,
      Recompute recompute,
      boolean shifted,
      int[] documents,
      long chunkScores,
      long process) {
    List<Trainable> trained =
        Stream.concat(adapter.parameters().stream(), adapter.trainedWeights().stream()).toList();
    long trainedParameters = Trainable.elements(trained);
    TrainingMemory memory =
        TrainingMemory.of(architecture, adapter, dtype, recompute, shifted, documents, chunkScores);
    return new MemoryForecast(
        trainedParameters,
        format.bytes(architecture, dtype)
            - (settings.takesOver() ? taken(adapter, dtype) : 0)
            + dtype.bytes() * elements(adapter.constants()),
        trainedParameters * settings.storage().masterBytes(dtype)
            + settings.storage().gradientBytes(trained, dtype)
            + adapter.updateBytes()
            + (settings.spillStates() ? 0 : optimizer.stateBytes(trained)),
        Math.max(
            activations(memory, recompute, settings.spillActivations())
                + (format == WeightFormat.PLAIN ? 0 : STRIP),
            optimizer.workBytes(trained)),
        process);
  }

  /** What the base gives up. While it is copied nothing else is there, and it is not the peak. */
  private static long taken(Adapter adapter, DType dtype) {
    return Trainable.elements(adapter.trainedWeights()) * dtype.bytes();
  }

  private static long elements(List<TensorSlot> slots) {
    return slots.stream().mapToLong(TensorSlot::elements).sum();
  }

  /** What is spilled lies in the system's cache of files, which gives way. */
  private static long activations(TrainingMemory all, Recompute recompute, boolean spilled) {
    TrainingMemory memory = spilled ? new TrainingMemory(0, all.working()) : all;
    long working = memory.working() * (recompute == Recompute.BLOCKS ? AGAIN : 1);
    return memory.kept()
        + working
        + Math.min(HELD_BACK, (memory.kept() + memory.working()) / 2)
        + Math.round(BETWEEN * memory.kept());
  }

  /**
   * The most that a run may be forecast to need: a little less than there is, for a forecast may
   * miss.
   *
   * @param limit bytes that the user gives
   */
  public static long available(long limit) {
    return Math.min(limit, (long) (MARGIN * ProcessMemory.availableBytes()));
  }

  /** What a command's process has when it has read some thousand rows. */
  public static long freshProcess() {
    return FRESH;
  }

  /**
   * What this process will have when it trains, its model and what belongs to it left out: what it
   * has now, what kernels and threads will take, and the part of the young heap that was not used
   * yet.
   *
   * @param loaded bytes of weights that it has already
   */
  public static long processNow(long loaded) {
    long resident = ProcessMemory.residentBytes().orElse(FRESH - KERNELS + loaded);
    return resident - loaded + KERNELS + untouchedHeap();
  }

  private static long untouchedHeap() {
    boolean collected =
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .mapToLong(GarbageCollectorMXBean::getCollectionCount)
            .anyMatch(count -> count > 0);
    if (collected) {
      return 0;
    }
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getName().contains("Eden"))
        .map(MemoryPoolMXBean::getUsage)
        .mapToLong((MemoryUsage usage) -> usage.getCommitted() - usage.getUsed())
        .sum();
  }
}
