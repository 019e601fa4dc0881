package org.tune4j.examples.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.EncodingReport;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.Precision;
import org.tune4j.engine.model.PrecisionChoice;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.report.RunRecord;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.Evaluation;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.train.RunStart;
import org.tune4j.engine.trainer.TrainedRun;
import org.tune4j.engine.trainer.Trainer;
import org.tune4j.eval.report.RunReport;
import org.tune4j.full.FullTrainer;
import org.tune4j.lora.LoraConfig;
import org.tune4j.lora.LoraTrainer;
import org.tune4j.lora.PeftTrainer;
import org.tune4j.prefix.PromptLearningConfig;
import org.tune4j.prefix.PromptTrainer;
import picocli.CommandLine.Command;

/** {@code tune4j sft}: fine-tuning from rows to an adapter or a model. */
@Command(
    name = "sft",
    description = {
      "Fine-tunes a model with LoRA, or by another PEFT method, or all of it, on rows of examples.",
      "Writes RUN/adapter (PEFT's files) or, with --method full, RUN/model; RUN/report.html,"
          + " metrics and checkpoints; prints that folder."
    })
final class SftCommand extends SettingsCommand {
  SftCommand(Console console) {
    super(console, SftSettings.TABLE);
  }

  @Override
  int run(Settings settings) {
    SftJob job = SftJob.of(settings);
    refuseOldRun(job);
    settings.integer("threads", NativeGate::setThreads);
    DType dtype = PrecisionChoice.of(job.precision(), job.device());
    Architecture stored = Architectures.read(job.model()).with(job.fp32Modules());
    try (Tokenizer tokenizer = Tokenizer.load(job.model(), job.addTokens().texts());
        JobRows rows = rows(settings, job, dtype, tokenizer);
        ProgressListener progress = new ProgressListener(console)) {
      Architecture architecture = job.addTokens().grown(stored, tokenizer);
      console.say(
          String.format(
              Locale.ROOT,
              "%s: %s, %,d parameters, %s, %d threads",
              job.model(),
              architecture.modelType(),
              architecture.parameters(),
              PrecisionChoice.name(dtype),
              NativeGate.threads()));
      HeldOut heldOut = HeldOut.of(job, tokenizer, rows.heldOut());
      RunReport report = new RunReport(job.output());
      Trainer<?, ? extends TrainedRun> trainer = trainer(job, architecture, dtype, tokenizer);
      trainer.weights(job.weights());
      order(trainer, job, rows, heldOut, progress, report);
      try (Teaching teaching = teaching(job, trainer, architecture, tokenizer, dtype);
          Trainer<?, ? extends TrainedRun>.Planned planned =
              trainer.plan(rows.train(), job.output());
          CausalLm base = base(job, teaching, planned, dtype, tokenizer);
          RunSinks sinks =
              record(
                  trainer,
                  job,
                  job.resolved(
                      PrecisionChoice.name(dtype), planned.tune(base).data(), planned.config()))) {
        if (heldOut != null) {
          try (BoundModel bare = new BoundModel(base, null, null)) {
            report.before(heldOut.evaluate(bare), heldOut.answers());
          }
        }
        try (TrainedRun run = planned.train(base)) {
          if (heldOut != null) {
            report.after(heldOut.evaluate(run.model()), heldOut.answers());
            heldOut.signatures().forEach(console::say);
          }
          RunRecord.of(job.output(), job.model(), job.files(), run.folder()).writeTo(job.output());
          show(console, json(), job, run, report.write());
          sinks.files(job.output());
        }
      }
    }
    return 0;
  }

  /** What is learned; first the model answers what it is to replay, where it is. */
  private JobRows rows(Settings settings, SftJob job, DType dtype, Tokenizer tokenizer) {
    job.replay().answer(job, dtype, tokenizer, console);
    return JobRows.open(settings);
  }

  /** Of the method that is ordered. */
  static Trainer<?, ? extends TrainedRun> trainer(
      SftJob job, Architecture architecture, DType dtype, Tokenizer tokenizer) {
    String base = job.model().toString();
    if (job.prompt().isPresent()) {
      PromptLearningConfig method = job.prompt().get();
      return new PromptTrainer(architecture, dtype, tokenizer, method, job.train()).basePath(base);
    }
    if (job.full().isPresent()) {
      FullTrainer full =
          new FullTrainer(architecture, dtype, tokenizer, job.model(), job.train())
              .freeze(job.full().get())
              .rates(job.rates());
      return job.addTokens().isEmpty() ? full : full.ownTokenizer(tokenizer);
    }
    if (job.method().isPresent()) {
      return new PeftTrainer(architecture, dtype, tokenizer, job.method().get(), job.train())
          .basePath(base);
    }
    AddedTokens added = job.addTokens();
    LoraConfig lora = added.learnedBy(job.lora(), architecture, tokenizer);
    LoraTrainer trainer =
        new LoraTrainer(architecture, dtype, tokenizer, lora, job.train()).basePath(base);
    return added.isEmpty() ? trainer : trainer.ownTokenizer(tokenizer);
  }

  /** Null where nobody teaches. */
  private static Teaching teaching(
      SftJob job,
      Trainer<?, ?> trainer,
      Architecture architecture,
      Tokenizer tokenizer,
      DType dtype) {
    return job.distillation()
        .map(each -> Teaching.begin(each, trainer, architecture, tokenizer, dtype, job.device()))
        .orElse(null);
  }

  /** The model to train, once a teacher that is not to stay in memory has said all. */
  private static CausalLm base(
      SftJob job,
      Teaching teaching,
      Trainer<?, ?>.Planned planned,
      DType dtype,
      Tokenizer tokenizer) {
    if (teaching != null) {
      teaching.keep(planned);
    }
    return base(job, dtype, tokenizer);
  }

  /** The model before it learns, with rows for the tokens that are added. */
  static CausalLm base(SftJob job, DType dtype, Tokenizer tokenizer) {
    Precision precision = new Precision(dtype, job.fp32Modules());
    return job.addTokens()
        .grown(CausalLm.load(job.model(), precision, job.device(), job.weights()), tokenizer);
  }

  /** What a run is told, whatever its method. */
  static void order(
      Trainer<?, ? extends TrainedRun> trainer,
      SftJob job,
      JobRows rows,
      Evaluation evaluation,
      RunListener... listeners) {
    trainer.data(job.rows());
    trainer.heldOut(rows.heldOut().orElse(null));
    trainer.evaluation(evaluation);
    trainer.resume(job.resume());
    job.held().order(trainer);
    for (RunListener listener : listeners) {
      trainer.listener(listener);
    }
    job.memoryLimit().ifPresent(trainer::memoryLimit);
    trainer.memoryAuto(job.memoryAuto());
    job.autotune().ifPresent(trainer::autotune);
  }

  /** Has the run written down, in its folder and wherever else that was ordered. */
  static RunSinks record(
      Trainer<?, ? extends TrainedRun> trainer, SftJob job, Map<String, Object> config) {
    RunSinks sinks = new RunSinks(job.reportTo(), job.output(), config);
    trainer.listener(writingConfig(job, config));
    sinks.listeners().forEach(trainer::listener);
    return sinks;
  }

  /** Not before the run begins: one that may not go on leaves what it was begun with. */
  private static RunListener writingConfig(SftJob job, Map<String, Object> config) {
    return new RunListener() {
      @Override
      public void onStart(RunStart start) {
        RunRecord.writeConfig(job.output(), config);
      }
    };
  }

  static void refuseOldRun(SftJob job) {
    Path metrics = job.output().resolve("metrics.jsonl");
    if (Files.exists(metrics) && !job.resume()) {
      throw new ConfigException(
          job.output()
              + ": holds a run already; go on with --resume, or name another folder with --output");
    }
  }

  /** Says how a run ended, and prints its result. */
  static void show(Console console, boolean json, SftJob job, TrainedRun run, Path page) {
    EncodingReport data = run.data();
    RunResult result = run.result();
    RunSummary.say(console, data, result);
    console.say("report: " + page);
    if (!json) {
      console.out().println(run.folder());
      return;
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put(job.full().isPresent() ? "model" : "adapter", run.folder().toString());
    line.put("report", page.toString());
    line.putAll(RunSummary.json(data, result));
    line.put("trained_parameters", run.weights().parameters());
    console.json(line);
  }
}
