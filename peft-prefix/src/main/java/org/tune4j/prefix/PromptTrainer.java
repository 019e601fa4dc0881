package org.tune4j.prefix;

import java.nio.file.Path;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.data.EncodingReport;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.RunIdentity;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.trainer.AdapterTrainer;
import org.tune4j.engine.trainer.TrainingRun;

/** Prefix tuning, prompt tuning or P-tuning of a language model, from rows to a saved adapter. */
public final class PromptTrainer extends AdapterTrainer<PromptTrainer, PromptLearning, PromptRun> {
  private final PromptLearningConfig method;

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

  @Override
  protected PromptTrainer self() {
    return this;
  }

  @Override
  protected Adapter adapter(Architecture model) {
    return new PromptAdapter(method, model);
  }

  @Override
  protected PromptLearning create(TrainingRun run) {
    return PromptLearning.create(run.model(), method, run.seed());
  }

  @Override
  protected RunIdentity identity(RunIdentity run) {
    return run.and("method", method.peftType()).and("prompt", (Record) method);
  }

  @Override
  protected PromptRun gave(
      PromptLearning trained, RunResult result, EncodingReport data, Path folder) {
    return new PromptRun(trained, result, data, folder);
  }
}
