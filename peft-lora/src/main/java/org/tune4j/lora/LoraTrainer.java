package org.tune4j.lora;

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

/** LoRA fine-tuning of a language model, from rows to a saved adapter. */
public final class LoraTrainer extends AdapterTrainer<LoraTrainer, Lora, LoraRun> {
  private final LoraConfig loraConfig;

  /** Trains on a model that is loaded. */
  public LoraTrainer(
      CausalLm base, Tokenizer tokenizer, LoraConfig loraConfig, TrainConfig trainConfig) {
    super(base, tokenizer, trainConfig);
    this.loraConfig = loraConfig;
  }

  /**
   * Trains on a model that is loaded once its run is planned: see {@link #plan}.
   *
   * @param dtype the element type that it will be loaded in
   */
  public LoraTrainer(
      Architecture architecture,
      DType dtype,
      Tokenizer tokenizer,
      LoraConfig loraConfig,
      TrainConfig trainConfig) {
    super(architecture, dtype, tokenizer, trainConfig);
    this.loraConfig = loraConfig;
  }

  @Override
  protected LoraTrainer self() {
    return this;
  }

  @Override
  protected Adapter adapter(Architecture model) {
    return new LoraAdapter(loraConfig, model);
  }

  @Override
  protected Lora create(TrainingRun run) {
    return Lora.create(run.model(), loraConfig, run.seed(), run.ofLoss());
  }

  @Override
  protected RunIdentity identity(RunIdentity run) {
    return run.and("method", "lora").and("lora", loraConfig);
  }

  @Override
  protected LoraRun gave(Lora trained, RunResult result, EncodingReport data, Path folder) {
    return new LoraRun(trained, result, data, folder);
  }
}
