package org.tune4j.lora;

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

/** LoRA fine-tuning of a language model, from rows to a saved adapter. */
public final class LoraTrainer extends Trainer<LoraTrainer, LoraRun> {
  private final LoraConfig loraConfig;
  private String basePath = "";

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

  /** What the adapter says its base model is. */
  public LoraTrainer basePath(String value) {
    basePath = value;
    return this;
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
  protected LoraRun train(TrainingRun run) {
    Lora lora = Lora.create(run.model(), loraConfig, run.seed(), run.ofLoss());
    try {
      Path folder = run.folder("adapter");
      RunResult result =
          run.make(
              run.identity().and("method", "lora").and("lora", loraConfig),
              lora.model(),
              lora.weights(),
              folder,
              target -> lora.writeTo(target, basePath));
      return new LoraRun(lora, result, run.data(), folder);
    } catch (RuntimeException | Error e) {
      lora.close();
      throw e;
    }
  }
}
