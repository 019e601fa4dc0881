package org.tune4j.rlhf.ppo;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.AttentionSpec;
import org.tune4j.engine.model.BlockSpec;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.WeightFormat;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.preflight.Forecast;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.train.MemoryForecast;
import org.tune4j.engine.train.MemorySettings;
import org.tune4j.engine.train.TrainConfig;

/**
 * The memory that a run that learns from rewards will need at its peak, in bytes, before any weight
 * is loaded. It samples and learns in turns, so of the two the greater one counts.
 *
 * @param weights all models, as far as they are not trained
 * @param trained masters, gradients and optimizer states of policy and critic
 * @param learning activations of a micro-batch in policy and critic, and a chunk of scores
 * @param sampling keys and values of all rollouts of an update, and their scores
 * @param process the JVM, the native libraries and the rows in memory
 */
public record RolloutMemory(
    long weights, long trained, long learning, long sampling, long process) {
  private static final int FLOAT = 4;
  private static final int LONG = 8;

  /** Tensors of a chunk's scores that a policy holds besides those of training on next tokens. */
  private static final int MORE_SCORES = 2;

  /** Tensors as large as the scores of all rows, of which a token is drawn. */
  private static final int DRAWN_SCORES = 3;

  /** What kernels of a reference, of sampling and of looking take besides those of training. */
  private static final long KERNELS = 74L << 20;

  /** A model as it is trained. */
  public record Model(Architecture architecture, Adapter adapter) {}

  /**
   * Forecasts.
   *
   * @param critic one that is a model of its own
   * @param head what is trained besides: a critic that is a head on the policy's vectors
   * @param longestPrompt in tokens
   * @param others bytes of models that nothing trains: a reference or a reward model of its own
   * @param process as for {@link MemoryForecast#of}
   */
  public static RolloutMemory of(
      Model policy,
      Optional<Model> critic,
      List<Trainable> head,
      DType dtype,
      TrainConfig train,
      Sampling sampling,
      int longestPrompt,
      long others,
      long process) {
    int places = longestPrompt + sampling.limit().tokens();
    MemoryForecast own = forecast(policy, dtype, train, places, process);
    Optional<MemoryForecast> other =
        critic.map(each -> forecast(each, dtype, train, places, process));
    long ofHead = 2L * FLOAT * Trainable.elements(head) + train.optimizer().stateBytes(head);
    long outputs = policy.architecture().head().out().outputs();
    long chunk =
        Math.min(
            CausalLmObjective.chunkScores(policy.architecture()),
            (long) train.perDeviceTrainBatchSize() * places * outputs);
    return new RolloutMemory(
        own.weights() + other.map(MemoryForecast::weights).orElse(0L) + others,
        own.trained() + other.map(MemoryForecast::trained).orElse(0L) + ofHead,
        own.activations()
            + other.map(MemoryForecast::activations).orElse(0L)
            + MORE_SCORES * FLOAT * chunk,
        sampling(policy.architecture(), dtype, sampling.rollouts(), places),
        process + KERNELS);
  }

  private static MemoryForecast forecast(
      Model model, DType dtype, TrainConfig train, int places, long process) {
    int[] documents = new int[train.perDeviceTrainBatchSize()];
    Arrays.fill(documents, places);
    return MemoryForecast.of(
        model.architecture(),
        model.adapter(),
        dtype,
        WeightFormat.PLAIN,
        train.optimizer(),
        MemorySettings.PLAIN,
        train.recompute(),
        false,
        documents,
        CausalLmObjective.chunkScores(model.architecture()),
        process);
  }

  private static long sampling(Architecture model, DType dtype, long rows, long places) {
    long numbers = 0;
    for (BlockSpec block : model.blocks()) {
      AttentionSpec.Cached cached = block.attention().cached();
      numbers += (long) cached.heads() * (cached.first() + cached.second());
    }
    return rows * places * (numbers * dtype.bytes() + LONG)
        + rows * model.head().out().outputs() * FLOAT * DRAWN_SCORES;
  }

  /** All of it. */
  public long total() {
    return weights + trained + Math.max(learning, sampling) + process;
  }

  /**
   * As the pre-flight report judges it.
   *
   * @param steps optimizer steps of the run
   * @param available as {@link MemoryForecast#available} says
   */
  public Forecast forecast(TrainConfig train, long steps, long available) {
    return new Forecast(
        total(),
        available,
        0,
        steps,
        new Forecast.Division(
            train.perDeviceTrainBatchSize(), train.recompute() == Recompute.BLOCKS, false));
  }
}
