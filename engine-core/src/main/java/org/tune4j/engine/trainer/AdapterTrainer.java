package org.tune4j.engine.trainer;

import java.nio.file.Path;
import org.tune4j.engine.data.EncodingReport;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.RunIdentity;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.train.TrainConfig;

/**
 * Fine-tuning of an adapter on a language model, from rows to PEFT's files.
 *
 * @param <S> the subclass
 * @param <A> what is trained
 * @param <R> what a run gives, to be closed
 */
public abstract class AdapterTrainer<
        S extends AdapterTrainer<S, A, R>, A extends TrainedAdapter, R extends TrainedRun>
    extends Trainer<S, R> {
  private String basePath = "";
  private Tokenizer ownTokenizer;

  /** Trains on a model that is loaded. */
  protected AdapterTrainer(CausalLm base, Tokenizer tokenizer, TrainConfig trainConfig) {
    super(base, tokenizer, trainConfig);
  }

  /**
   * Trains on a model that is loaded once its run is planned: see {@link #plan}.
   *
   * @param dtype the element type that it will be loaded in
   */
  protected AdapterTrainer(
      Architecture architecture, DType dtype, Tokenizer tokenizer, TrainConfig trainConfig) {
    super(architecture, dtype, tokenizer, trainConfig);
  }

  /** What the adapter says its base model is. */
  public final S basePath(String value) {
    basePath = value;
    return self();
  }

  /**
   * Writes a tokenizer beside the adapter: one with tokens that the base's has not, so that whoever
   * loads the adapter knows them. Default none.
   */
  public final S ownTokenizer(Tokenizer value) {
    ownTokenizer = value;
    return self();
  }

  /** Puts the adapter into the run's model, at its starting values. */
  protected abstract A create(TrainingRun run);

  /** What the numbers of a run depend on, and besides on the method. */
  protected abstract RunIdentity identity(RunIdentity run);

  /**
   * What a run gave.
   *
   * @param folder of PEFT's files
   */
  protected abstract R gave(A trained, RunResult result, EncodingReport data, Path folder);

  @Override
  protected final R train(TrainingRun run) {
    A trained = create(run);
    try {
      Path folder = run.folder("adapter");
      RunResult result =
          run.by(trained)
              .make(
                  identity(run.identity()),
                  trained.model(),
                  trained.weights(),
                  folder,
                  target -> {
                    trained.writeTo(target, basePath);
                    if (ownTokenizer != null) {
                      ownTokenizer.writeTo(target);
                    }
                  });
      return gave(trained, result, run.data(), folder);
    } catch (RuntimeException | Error e) {
      trained.close();
      throw e;
    }
  }
}
