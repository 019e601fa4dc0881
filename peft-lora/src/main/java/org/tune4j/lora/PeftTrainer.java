package org.tune4j.lora;

import java.nio.file.Path;
import java.util.Locale;
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

/** Fine-tuning by any of the {@link WeightMethods}, from rows to a saved adapter. */
public final class PeftTrainer extends AdapterTrainer<PeftTrainer, PeftModel, PeftRun> {
  private final WeightMethod method;

  /** Trains on a model that is loaded. */
  public PeftTrainer(
      CausalLm base, Tokenizer tokenizer, WeightMethod method, TrainConfig trainConfig) {
    super(base, tokenizer, trainConfig);
    this.method = method;
  }

  /**
   * Trains on a model that is loaded once its run is planned: see {@link #plan}.
   *
   * @param dtype the element type that it will be loaded in
   */
  public PeftTrainer(
      Architecture architecture,
      DType dtype,
      Tokenizer tokenizer,
      WeightMethod method,
      TrainConfig trainConfig) {
    super(architecture, dtype, tokenizer, trainConfig);
    this.method = method;
  }

  @Override
  protected PeftTrainer self() {
    return this;
  }

  @Override
  protected Adapter adapter(Architecture model) {
    return method.on(model);
  }

  @Override
  protected PeftModel create(TrainingRun run) {
    return PeftModel.create(run.model(), method, run.seed(), run.ofLoss());
  }

  @Override
  protected RunIdentity identity(RunIdentity run) {
    String name = method.peftType().toLowerCase(Locale.ROOT);
    return run.and("method", name).and(name, (Record) method);
  }

  @Override
  protected PeftRun gave(PeftModel trained, RunResult result, EncodingReport data, Path folder) {
    return new PeftRun(trained, result, data, folder);
  }
}
