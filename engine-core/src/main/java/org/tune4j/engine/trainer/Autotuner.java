package org.tune4j.engine.trainer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tune4j.engine.NativeMemoryException;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.checkpoint.RunFolder;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.BatchConfig;
import org.tune4j.engine.data.BatchCursor;
import org.tune4j.engine.data.BatchPlan;
import org.tune4j.engine.data.BatchStream;
import org.tune4j.engine.data.LookedAt;
import org.tune4j.engine.data.Packing;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.tensor.FreeMemory;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.engine.tensor.ProcessMemory;
import org.tune4j.engine.train.MemoryForecast;
import org.tune4j.engine.train.MemoryPlan;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.train.Tuning;
import org.tune4j.engine.train.TuningReport;
import org.tune4j.engine.train.TuningReport.Tried;

/**
 * Chooses how a run's updates are made, by making some of the longest rows. Each way has its own
 * copy of what is trained and its own optimizer, so that nothing of it is left.
 */
final class Autotuner {
  private static final Logger LOG = LoggerFactory.getLogger(Autotuner.class);

  /** Sizes of micro-batches that are tried, each half of the one before or less. */
  private static final int SIZES = 3;

  private final TrainingOrder order;
  private final TrainingOrder.Ready planned;
  private final RunFolder run;
  private final CausalLm model;
  private final Adapter adapter;
  private final TrainConfig asked;
  private final int askedLength;
  private final Tuning start;
  private final long processBytes;
  private final long available;

  /**
   * @param planned as it is made unless something else is faster
   */
  Autotuner(
      TrainingOrder order,
      TrainingOrder.Ready planned,
      RunFolder run,
      CausalLm model,
      Adapter adapter) {
    this.order = order;
    this.planned = planned;
    this.run = run;
    this.model = model;
    this.adapter = adapter;
    TrainConfig config = planned.config();
    // What memory was planned by stays.
    this.asked =
        order.config.toBuilder().memory(config.memory()).optimizer(config.optimizer()).build();
    this.askedLength = order.data.maxLength();
    this.start =
        new Tuning(
            NativeGate.threads(),
            config.perDeviceTrainBatchSize(),
            config.recompute(),
            config.lossChunkSize(),
            askedLength);
    this.processBytes =
        order.processBytes(order.format.bytes(order.architecture, order.dtype), adapter);
    this.available = MemoryForecast.available(order.memoryLimit);
  }

  /**
   * The run as it is to be made.
   *
   * @param bind binds the method to a model and makes a run of it
   */
  TrainingOrder.Ready tuned(Consumer<TrainingRun> bind) {
    TuningFile file = new TuningFile(order.autotune.file());
    Map<String, String> key = TuningKey.of(order, asked, adapter, model.scope().device());
    Optional<TuningFile.Choice> stored =
        file.find(key).filter(choice -> isPossible(choice.chosen()));
    TuningReport report =
        stored
            .map(choice -> new TuningReport(choice.tried(), choice.chosen(), true))
            .orElseGet(() -> search(bind));
    if (stored.isEmpty() && !report.tried().isEmpty()) {
      file.keep(new TuningFile.Choice(key, report.chosen(), report.tried()));
    }
    LOG.info("{}", report.text());
    order.listeners.forEach(listener -> listener.onTuning(report));
    NativeGate.setThreads(report.chosen().threads());
    return planned.tuned(applied(report.chosen()), report.chosen().maxLength());
  }

  private TuningReport search(Consumer<TrainingRun> bind) {
    if (!fits(start)) {
      return new TuningReport(List.of(), start, false); // Beside a base that is given up later.
    }
    long end = System.nanoTime() + order.autotune.budget().toNanos();
    try {
      measured(start, bind, false); // A process is slow at first; that is not the start's fault.
      return new TuningSearch(
              tuning -> measured(tuning, bind, true), () -> System.nanoTime() - end < 0)
          .run(start, List.of(this::threads, this::divisions, this::chunks, this::lengths));
    } finally {
      NativeGate.setThreads(start.threads());
      ProcessMemory.resetPeak(); // What the run needs is told by its own peak.
    }
  }

  private Tried measured(Tuning tuning, Consumer<TrainingRun> bind, boolean timed) {
    NativeGate.setThreads(tuning.threads());
    FreeMemory.giveBack();
    boolean peakIsKnown = ProcessMemory.resetPeak();
    TuningProbe probe = new TuningProbe(microBatches(tuning), timed);
    try {
      bind.accept(
          new TrainingRun(
              order,
              planned.tuned(applied(tuning), tuning.maxLength()),
              run,
              model,
              loop -> {},
              probe));
    } catch (NativeMemoryException e) {
      LOG.info("{}: {}", tuning, e.getMessage());
    }
    return probe.tried(tuning, peakIsKnown);
  }

  /** The longest rows, as many as were asked for at once. */
  private List<Batch> microBatches(Tuning tuning) {
    int rows = Math.toIntExact(tokensAsked() / tuning.maxLength());
    BatchConfig batches =
        new BatchConfig(
            asked.seed(),
            rows,
            tuning.perDeviceTrainBatchSize(),
            order.data.packing(),
            tuning.maxLength(),
            false);
    BatchPlan plan = BatchPlan.of(planned.rows().longest(), batches);
    return new BatchStream(plan, BatchCursor.START, 1).next();
  }

  private TrainConfig applied(Tuning tuning) {
    return tuning.applied(asked, askedLength);
  }

  /** No more than the run may have, and half and a quarter of that: hyper-threads rarely help. */
  private List<Tuning> threads(Tuning best) {
    int most = start.threads();
    return IntStream.of(Runtime.getRuntime().availableProcessors(), most / 2, most / 4)
        .filter(threads -> threads >= 1 && threads < most)
        .distinct()
        .mapToObj(best::withThreads)
        .toList();
  }

  /**
   * Micro-batches that fit, the largest and smaller ones; with blocks that are computed again,
   * which takes longer, only larger ones than fit without.
   */
  private List<Tuning> divisions(Tuning best) {
    List<Tuning> all = new ArrayList<>();
    int without = 0;
    for (Recompute recompute : Recompute.values()) {
      if (recompute.compareTo(asked.recompute()) >= 0) {
        List<Integer> sizes = sizes(best, recompute, without);
        sizes.forEach(rows -> all.add(best.withDivision(rows, recompute)));
        without = sizes.isEmpty() ? without : sizes.get(0);
      }
    }
    return all;
  }

  private List<Integer> sizes(Tuning best, Recompute recompute, int above) {
    int all = asked.perDeviceTrainBatchSize();
    List<Integer> sizes = new ArrayList<>();
    int most = all;
    for (int rows = all; rows > above && sizes.size() < SIZES; rows--) {
      if (isDivision(rows, all) && rows <= most && fits(best.withDivision(rows, recompute))) {
        sizes.add(rows);
        most = rows / 2;
      }
    }
    return sizes;
  }

  /** Half, twice and four times as many labels at once, if there are so many. */
  private List<Tuning> chunks(Tuning best) {
    if (!order.learnsTokens()) {
      return List.of();
    }
    long size =
        CausalLmObjective.chunkScores(order.architecture, best.lossChunkSize())
            / order.architecture.head().out().outputs();
    long tokens = Arrays.stream(largest(best)).asLongStream().sum();
    return Stream.of(size / 2, 2 * size, 4 * size)
        .filter(labels -> labels >= 1 && labels < 2 * tokens)
        .map(labels -> best.withLossChunkSize(labels.intValue()))
        .filter(this::fits)
        .toList();
  }

  /** Packed rows of half and of twice the length, as many tokens at once. */
  private List<Tuning> lengths(Tuning best) {
    int atOnce = best.perDeviceTrainBatchSize();
    Tuning half = best.withMaxLength(Math.max(2, askedLength / 2), 2 * atOnce);
    Tuning twice =
        best.withMaxLength(
            (int) Math.min(Integer.MAX_VALUE, 2L * askedLength), Math.max(1, atOnce / 2));
    return Stream.of(half, twice).filter(this::isPossible).toList();
  }

  /** Whether the run can be made so, on no more threads than it may have. */
  private boolean isPossible(Tuning tuning) {
    return tuning.threads() <= start.threads()
        && isDivision((long) tuning.maxLength() * tuning.perDeviceTrainBatchSize(), tokensAsked())
        && (tuning.maxLength() == askedLength || cutsNothing(tuning.maxLength()))
        && fits(tuning);
  }

  /** Whether a micro-batch is a whole part of what was asked for at once, or all of it. */
  private boolean isDivision(long part, long all) {
    return part == all || all % part == 0 && MemoryPlan.isDivisible(asked);
  }

  /** Of rows as long as they may be, at once. */
  private long tokensAsked() {
    return (long) asked.perDeviceTrainBatchSize() * askedLength;
  }

  /** Whether packed rows of this length have each example as those that were asked for have it. */
  private boolean cutsNothing(int length) {
    LookedAt rows = planned.rows().lookedAt();
    return order.data.packing().filter(packing -> packing != Packing.WRAPPED).isPresent()
        && rows.seen() == rows.rows()
        && rows.longest() < askedLength
        && rows.longest() <= length;
  }

  private boolean fits(Tuning tuning) {
    return MemoryForecast.of(
                order.architecture,
                adapter,
                order.dtype,
                order.format,
                asked.optimizer(),
                asked.memory().keepingBase(),
                tuning.recompute(),
                order.adversarialEpsilon > 0,
                largest(tuning),
                CausalLmObjective.chunkScores(order.architecture, tuning.lossChunkSize()),
                processBytes)
            .total()
        <= available;
  }

  /**
   * The documents of the largest micro-batch: of as many tokens as rows of the length asked for.
   */
  private int[] largest(Tuning tuning) {
    long tokens = (long) tuning.perDeviceTrainBatchSize() * tuning.maxLength();
    int rows = Math.toIntExact((tokens - 1) / askedLength + 1);
    return planned
        .rows()
        .largestMicroBatch(
            rows, TrainingOrder.updates(planned.rows(), planned.config(), planned.data()));
  }
}
