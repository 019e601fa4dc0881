package org.tune4j.examples.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.EncodingReport;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.PrecisionChoice;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.report.RunRecord;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.train.RunStart;
import org.tune4j.eval.report.RunReport;
import org.tune4j.lora.LoraRun;
import org.tune4j.lora.LoraTrainer;
import picocli.CommandLine.Command;

/** {@code tune4j sft}: LoRA fine-tuning from rows to an adapter. */
@Command(
    name = "sft",
    description = {
      "Fine-tunes a model with LoRA on rows of examples.",
      "Writes RUN/adapter (PEFT's files), RUN/report.html, metrics and checkpoints; prints the"
          + " adapter's folder."
    })
final class SftCommand extends SettingsCommand {
  SftCommand(Console console) {
    super(console);
  }

  @Override
  List<Setting> table() {
    return SftSettings.TABLE;
  }

  @Override
  int run(Settings settings) {
    SftJob job = SftJob.of(settings);
    refuseOldRun(job);
    settings.integer("threads", NativeGate::setThreads);
    DType dtype = PrecisionChoice.of(job.precision(), job.device());
    Architecture architecture = Architectures.read(job.model());
    try (Tokenizer tokenizer = Tokenizer.load(job.model());
        JobRows rows = JobRows.open(settings);
        ProgressListener progress = new ProgressListener(console)) {
      console.say(
          String.format(
              Locale.ROOT,
              "%s: %s, %,d parameters, %s, %d threads",
              job.model(),
              architecture.modelType(),
              architecture.parameters(),
              name(dtype),
              NativeGate.threads()));
      HeldOut heldOut = HeldOut.of(job, tokenizer, rows.heldOut());
      RunReport report = new RunReport(job.output());
      LoraTrainer trainer =
          new LoraTrainer(architecture, dtype, tokenizer, job.lora(), job.train())
              .data(job.rows())
              .weights(job.weights())
              .heldOut(rows.heldOut().orElse(null))
              .evaluation(heldOut)
              .resume(job.resume())
              .basePath(job.model().toString())
              .listener(progress)
              .listener(report);
      job.memoryLimit().ifPresent(trainer::memoryLimit);
      try (LoraTrainer.Planned planned = trainer.plan(rows.train(), job.output());
          CausalLm base = CausalLm.load(job.model(), dtype, job.device(), job.weights())) {
        trainer.listener(writingConfig(job, job.resolved(name(dtype), planned.config())));
        if (heldOut != null) {
          try (BoundModel bare = new BoundModel(base, null, null)) {
            report.before(heldOut.evaluate(bare), heldOut.answers());
          }
        }
        try (LoraRun run = planned.train(base)) {
          if (heldOut != null) {
            report.after(heldOut.evaluate(run.lora().model()), heldOut.answers());
            heldOut.signatures().forEach(console::say);
          }
          RunRecord.of(job.output(), job.model(), job.data(), run.adapter()).writeTo(job.output());
          show(run, report.write());
        }
      }
    }
    return 0;
  }

  /** Not before the run begins: one that may not go on leaves what it was begun with. */
  static RunListener writingConfig(SftJob job, Map<String, Object> config) {
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

  private void show(LoraRun run, Path page) {
    EncodingReport data = run.data();
    RunResult result = run.result();
    RunSummary.say(console, data, result);
    console.say("report: " + page);
    if (!json()) {
      console.out().println(run.adapter());
      return;
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("adapter", run.adapter().toString());
    line.put("report", page.toString());
    line.putAll(RunSummary.json(data, result));
    line.put("trained_parameters", run.lora().weights().parameters());
    console.json(line);
  }

  /** An element type as {@code precision} names it. */
  static String name(DType dtype) {
    return dtype == DType.BFLOAT16 ? "bf16" : dtype == DType.FLOAT32 ? "fp32" : dtype.toString();
  }
}
