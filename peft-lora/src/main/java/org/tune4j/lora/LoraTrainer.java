package org.tune4j.lora;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.RunFolder;
import org.tune4j.engine.data.BatchConfig;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.TrainingData;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.preflight.FileRows;
import org.tune4j.engine.preflight.Preflight;
import org.tune4j.engine.preflight.PreflightReport;
import org.tune4j.engine.preflight.PreflightRow;
import org.tune4j.engine.report.FlightEvents;
import org.tune4j.engine.report.MetricsFile;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.Evaluation;
import org.tune4j.engine.train.RunForecast;
import org.tune4j.engine.train.RunIdentity;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.train.TrainLoop;

/** LoRA fine-tuning of a causal language model, from rows to a saved adapter. */
public final class LoraTrainer {
  private final CausalLm base;
  private final Tokenizer tokenizer;
  private final LoraConfig loraConfig;
  private final TrainConfig trainConfig;
  private final List<RunListener> listeners = new ArrayList<>();
  private ExampleSource heldOut;
  private Evaluation evaluation;
  private DataConfig data = DataConfig.DEFAULT;
  private boolean resume;
  private String basePath = "";
  private volatile TrainLoop loop;
  private volatile boolean cancelled;

  public LoraTrainer(
      CausalLm base, Tokenizer tokenizer, LoraConfig loraConfig, TrainConfig trainConfig) {
    this.base = base;
    this.tokenizer = tokenizer;
    this.loraConfig = loraConfig;
    this.trainConfig = trainConfig;
  }

  /** From rows to what is learned. Default {@link DataConfig#DEFAULT}. */
  public LoraTrainer data(DataConfig value) {
    data = value;
    return this;
  }

  /** Rows that are measured on: told when they are among those that are learned. */
  public LoraTrainer heldOut(ExampleSource rows) {
    heldOut = rows;
    return this;
  }

  /** What is measured every {@code eval_steps}. */
  public LoraTrainer evaluation(Evaluation value) {
    evaluation = value;
    return this;
  }

  /** Is told what the run does. */
  public LoraTrainer listener(RunListener listener) {
    listeners.add(listener);
    return this;
  }

  /** Goes on from the newest checkpoint in the run's folder, if there is one. */
  public LoraTrainer resume(boolean value) {
    resume = value;
    return this;
  }

  /** What the adapter says its base model is. */
  public LoraTrainer basePath(String value) {
    basePath = value;
    return this;
  }

  /** Asks the run to end after the update under way; from any thread. */
  public void cancel() {
    cancelled = true;
    TrainLoop running = loop;
    if (running != null) {
      running.cancel();
    }
  }

  /**
   * Trains.
   *
   * @param rows what to learn
   * @param run the folder for checkpoints, {@code metrics.jsonl} and, at the end, {@code adapter/}
   * @throws org.tune4j.engine.DataException if rows cannot be used, or the pre-flight report
   *     refuses them
   * @throws org.tune4j.engine.ConfigException if the folder holds another run, or one that cannot
   *     go on under these settings
   * @return the trained adapter, to be closed by the caller, and how the run ended
   */
  public LoraRun train(ExampleSource rows, Path run) {
    Preflight preflight = new Preflight(tokenizer, data.preflightAllow());
    try (RunFolder folder = RunFolder.open(run, resume);
        TrainingData learned =
            TrainingData.of(
                rows,
                tokenizer,
                data,
                batches(),
                (example, tokens) ->
                    preflight.add(PreflightRow.of(example, Optional.of(tokens))))) {
      PreflightReport report =
          preflight.report(
              new FileRows(learned.lookedAt().rows(), learned.lookedAt().bad()),
              heldOut == null ? FileRows.NONE : preflight.addHeldOut(heldOut, data),
              Optional.of(
                  RunForecast.of(
                      base,
                      new LoraAdapter(loraConfig, base.architecture()),
                      trainConfig,
                      batches(),
                      learned.lookedAt())));
      report.writeTo(run);
      listeners.forEach(listener -> listener.onPreflight(report));
      report.refuseIfAny();
      return train(learned, folder);
    }
  }

  private LoraRun train(TrainingData learned, RunFolder run) {
    Lora lora = Lora.create(base, loraConfig, trainConfig.seed());
    try (AdamW optimizer = new AdamW(lora.weights(), trainConfig.optimizer(), base.scope());
        MetricsFile metrics = new MetricsFile(run.path())) {
      List<RunListener> all = new ArrayList<>(List.of(metrics, new FlightEvents()));
      all.addAll(listeners);
      loop =
          new TrainLoop(
              trainConfig,
              RunIdentity.of(base, tokenizer, learned, data)
                  .and("method", "lora")
                  .and("lora", loraConfig),
              lora.model(),
              lora.weights(),
              new CausalLmObjective(),
              optimizer,
              learned.plan(),
              run,
              folder -> lora.writeTo(folder, basePath),
              evaluation,
              all);
      if (cancelled) {
        loop.cancel();
      }
      RunResult result = loop.run(resume);
      Path adapter = run.path().resolve("adapter");
      AtomicFolder.replace(adapter, folder -> lora.writeTo(folder, basePath));
      return new LoraRun(lora, result, learned.report(), adapter);
    } catch (RuntimeException e) {
      lora.close();
      throw e;
    } finally {
      loop = null;
    }
  }

  private BatchConfig batches() {
    int micro = trainConfig.perDeviceTrainBatchSize();
    return new BatchConfig(
        trainConfig.seed(),
        micro * trainConfig.gradientAccumulationSteps(),
        micro,
        data.packing(),
        data.maxLength(),
        data.groupByLength());
  }
}
