package org.tune4j.examples.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExamples;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.Precision;
import org.tune4j.engine.model.PrecisionChoice;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.Evaluation;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.trainer.TrainedRun;
import org.tune4j.engine.trainer.Trainer;
import org.tune4j.eval.PairEvaluation;
import org.tune4j.eval.report.RunReport;
import org.tune4j.rlhf.reward.model.BradleyTerry;
import org.tune4j.rlhf.reward.model.RewardEncoder;
import org.tune4j.rlhf.reward.model.RewardModelLoss;
import picocli.CommandLine.Command;

/** {@code tune4j reward}: trains a reward model. */
@Command(
    name = "reward",
    description = {
      "Trains a reward model: a head of one number that tells the better one of two answers.",
      "Writes RUN/adapter (PEFT's files and the head) or, with --method full, RUN/model;"
          + " RUN/report.html, metrics and checkpoints; prints that folder."
    })
final class RewardCommand extends SettingsCommand {
  private static final HeadTask NUMBER = new HeadTask.Regression();

  RewardCommand(Console console) {
    super(console, RewardSettings.TABLE);
  }

  @Override
  int run(Settings settings) {
    SftJob job = SftJob.of(settings);
    double[] center = {0};
    settings.number(RewardSettings.CENTER.name(), value -> center[0] = value);
    BradleyTerry loss = new BradleyTerry(center[0]);
    SftCommand.refuseOldRun(job);
    settings.integer("threads", NativeGate::setThreads);
    DType dtype = PrecisionChoice.of(job.precision(), job.device());
    try (Tokenizer tokenizer = Tokenizer.load(job.model());
        JobRows rows = JobRows.open(settings);
        ProgressListener progress = new ProgressListener(console)) {
      Architecture architecture = Architectures.read(job.model(), NUMBER).with(job.fp32Modules());
      console.say(
          String.format(
              Locale.ROOT,
              "%s: %s, %,d parameters, %s, %d threads; a reward model",
              job.model(),
              architecture.modelType(),
              architecture.parameters(),
              PrecisionChoice.name(dtype),
              NativeGate.threads()));
      Evaluation evaluation = evaluation(rows, tokenizer, job, architecture);
      Trainer<?, ? extends TrainedRun> trainer =
          SftCommand.trainer(job, architecture, dtype, tokenizer);
      trainer.loss(RewardModelLoss.of(tokenizer, architecture, loss));
      RunReport report = new RunReport(job.output());
      SftCommand.order(trainer, job, rows, evaluation, progress, report);
      fit(trainer, job, loss, dtype, rows, evaluation, report);
    }
    return 0;
  }

  /** Null where nothing is held out. */
  private static Evaluation evaluation(
      JobRows rows, Tokenizer tokenizer, SftJob job, Architecture architecture) {
    return rows.heldOut()
        .map(
            heldOut ->
                new PairEvaluation(
                    EncodedExamples.all(
                        heldOut,
                        new RewardEncoder(tokenizer, job.rows(), architecture),
                        job.rows()),
                    architecture))
        .orElse(null);
  }

  private void fit(
      Trainer<?, ? extends TrainedRun> trainer,
      SftJob job,
      BradleyTerry loss,
      DType dtype,
      JobRows rows,
      Evaluation evaluation,
      RunReport report) {
    try (Trainer<?, ? extends TrainedRun>.Planned planned =
            trainer.plan(rows.train(), job.output());
        CausalLm base =
            CausalLm.load(
                job.model(),
                new Precision(dtype, job.fp32Modules()),
                job.device(),
                NUMBER,
                planned.config().seed());
        RunSinks sinks =
            SftCommand.record(
                trainer,
                job,
                resolved(
                    job,
                    loss,
                    PrecisionChoice.name(dtype),
                    planned.tune(base).data(),
                    planned.config()))) {
      if (evaluation != null) {
        try (BoundModel bare = new BoundModel(base, null, null)) {
          report.before(evaluation.evaluate(bare), List.of());
        }
      }
      try (TrainedRun run = planned.train(base)) {
        RunEnd.tell(console, json(), job, evaluation, report, run);
        sinks.files(job.output());
      }
    }
  }

  /** Every setting with the value it has now, as a configuration file of reward has it. */
  private static Map<String, Object> resolved(
      SftJob job, BradleyTerry loss, String precision, DataConfig packed, TrainConfig planned) {
    Set<String> known =
        RewardSettings.TABLE.stream().map(Setting::name).collect(Collectors.toSet());
    Map<String, Object> groups = new LinkedHashMap<>();
    groups.put(
        RewardSettings.CENTER.group(),
        Map.of(RewardSettings.CENTER.name(), loss.centerRewardsCoefficient()));
    job.resolved(precision, packed, planned)
        .forEach(
            (group, values) -> {
              Map<Object, Object> kept = new LinkedHashMap<>((Map<?, ?>) values);
              kept.keySet().removeIf(name -> !known.contains(name));
              groups.put(group, kept);
            });
    return groups;
  }
}
