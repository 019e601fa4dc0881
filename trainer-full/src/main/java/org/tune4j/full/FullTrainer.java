package org.tune4j.full;

import java.nio.file.Path;
import java.util.Optional;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.RunIdentity;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.trainer.Trainer;
import org.tune4j.engine.trainer.TrainingRun;

/** Fine-tuning of a model's own weights, from rows to a saved model. */
public final class FullTrainer extends Trainer<FullTrainer, FullRun> {
  private final Path source;
  private Optional<Tokenizer> ownTokenizer = Optional.empty();
  private Freezing freezing = Freezing.NONE;
  private LearningRates rates = LearningRates.SAME;

  /**
   * Trains on a model that is loaded.
   *
   * @param source the folder that it was loaded from, which also has its tokenizer
   */
  public FullTrainer(CausalLm base, Tokenizer tokenizer, Path source, TrainConfig trainConfig) {
    super(base, tokenizer, trainConfig);
    this.source = source;
  }

  /**
   * Trains on a model that is loaded once its run is planned: see {@link #plan}.
   *
   * @param dtype the element type that it will be loaded in
   * @param source the folder that it will be loaded from, which also has its tokenizer
   */
  public FullTrainer(
      Architecture architecture,
      DType dtype,
      Tokenizer tokenizer,
      Path source,
      TrainConfig trainConfig) {
    super(architecture, dtype, tokenizer, trainConfig);
    this.source = source;
  }

  /** What is not trained. Default {@link Freezing#NONE}. */
  public FullTrainer freeze(Freezing value) {
    freezing = value;
    return this;
  }

  /** By what the learning rates of weights differ. Default {@link LearningRates#SAME}. */
  public FullTrainer rates(LearningRates value) {
    rates = value;
    return this;
  }

  /** Writes a tokenizer with tokens that the source's has not. Default that of the source. */
  public FullTrainer ownTokenizer(Tokenizer value) {
    ownTokenizer = Optional.of(value);
    return this;
  }

  @Override
  protected FullTrainer self() {
    return this;
  }

  @Override
  protected AllWeights adapter(Architecture model) {
    return new AllWeights(model, freezing, rates);
  }

  @Override
  protected FullRun train(TrainingRun run) {
    // Reads the model's own weights.
    RunIdentity identity =
        run.identity().and("method", "full").and("freezing", freezing).and("rates", rates);
    FullModel full =
        new FullModel(run.model(), adapter(run.model().architecture()), run.memory(), run.ofLoss());
    try {
      Path folder = run.folder("model");
      RunResult result =
          run.make(
              identity,
              full.model(),
              full.weights(),
              folder,
              target -> full.writeTo(target, source, ownTokenizer));
      return new FullRun(full, result, run.data(), folder);
    } catch (RuntimeException | Error e) {
      full.close();
      throw e;
    }
  }
}
