package org.tune4j.lora;

import java.nio.file.Path;
import java.util.Locale;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.trainer.Trainer;
import org.tune4j.engine.trainer.TrainingRun;

/** Fine-tuning by any of the {@link WeightMethods}, from rows to a saved adapter. */
public final class PeftTrainer extends Trainer<PeftTrainer, PeftRun> {
  private final WeightMethod method;
  private String basePath = "";

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

  /** What the adapter says its base model is. */
  public PeftTrainer basePath(String value) {
    basePath = value;
    return this;
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
  protected PeftRun train(TrainingRun run) {
    PeftModel adapted = PeftModel.create(run.model(), method, run.seed(), run.ofLoss());
    try {
      Path folder = run.folder("adapter");
      String name = method.peftType().toLowerCase(Locale.ROOT);
      RunResult result =
          run.make(
              run.identity().and("method", name).and(name, (Record) method),
              adapted.model(),
              adapted.weights(),
              folder,
              target -> adapted.writeTo(target, basePath));
      return new PeftRun(adapted, result, run.data(), folder);
    } catch (RuntimeException | Error e) {
      adapted.close();
      throw e;
    }
  }
}
