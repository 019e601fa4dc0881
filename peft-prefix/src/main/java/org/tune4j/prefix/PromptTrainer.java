package org.tune4j.prefix;

import java.nio.file.Path;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.trainer.Trainer;
import org.tune4j.engine.trainer.TrainingRun;

/** Prefix tuning, prompt tuning or P-tuning of a language model, from rows to a saved adapter. */
public final class PromptTrainer extends Trainer<PromptTrainer, PromptRun> {
  private final PromptLearningConfig method;
  private String basePath = "";

  /** Trains on a model that is loaded. */
  public PromptTrainer(
      CausalLm base, Tokenizer tokenizer, PromptLearningConfig method, TrainConfig trainConfig) {
    super(base, tokenizer, trainConfig);
    this.method = method;
  }

  /**
   * Trains on a model that is loaded once its run is planned: see {@link #plan}.
   *
   * @param dtype the element type that it will be loaded in
   */
  public PromptTrainer(
      Architecture architecture,
      DType dtype,
      Tokenizer tokenizer,
      PromptLearningConfig method,
      TrainConfig trainConfig) {
    super(architecture, dtype, tokenizer, trainConfig);
    this.method = method;
  }

  /** What the adapter says its base model is. */
  public PromptTrainer basePath(String value) {
    basePath = value;
    return this;
  }

  @Override
  protected PromptTrainer self() {
    return this;
  }

  @Override
  protected Adapter adapter(Architecture model) {
    return new PromptAdapter(method, model);
  }

  @Override
  protected PromptRun train(TrainingRun run) {
    PromptLearning learned = PromptLearning.create(run.model(), method, run.seed());
    try {
      Path folder = run.folder("adapter");
      RunResult result =
          run.make(
              run.identity().and("method", method.peftType()).and("prompt", (Record) method),
              learned.model(),
              learned.weights(),
              folder,
              target -> learned.writeTo(target, basePath));
      return new PromptRun(learned, result, run.data(), folder);
    } catch (RuntimeException | Error e) {
      learned.close();
      throw e;
    }
  }
}
