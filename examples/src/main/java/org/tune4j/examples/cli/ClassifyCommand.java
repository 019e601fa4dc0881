package org.tune4j.examples.cli;

import java.util.List;
import java.util.Locale;
import org.tune4j.engine.data.EncodedExamples;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.LabelEncoder;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.Precision;
import org.tune4j.engine.model.PrecisionChoice;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.objective.HeadLoss;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.Evaluation;
import org.tune4j.engine.trainer.TrainedRun;
import org.tune4j.engine.trainer.Trainer;
import org.tune4j.eval.LabelEvaluation;
import org.tune4j.eval.report.RunReport;
import picocli.CommandLine.Command;

/** {@code tune4j classify}: trains a head that labels texts or words. */
@Command(
    name = "classify",
    description = {
      "Trains a head that labels texts, or gives them a number, or labels each word.",
      "Writes RUN/adapter (PEFT's files and the head) or, with --method full, RUN/model;"
          + " RUN/report.html, metrics and checkpoints; prints that folder."
    })
final class ClassifyCommand extends SettingsCommand {
  ClassifyCommand(Console console) {
    super(console, ClassifySettings.TABLE);
  }

  @Override
  int run(Settings settings) {
    ClassifyJob ordered = ClassifyJob.of(settings);
    SftJob job = ordered.job();
    SftCommand.refuseOldRun(job);
    settings.integer("threads", NativeGate::setThreads);
    DType dtype = PrecisionChoice.of(job.precision(), job.device());
    try (Tokenizer tokenizer = Tokenizer.load(job.model());
        JobRows rows =
            ordered.adversarial().over(JobRows.open(settings), job.rows(), job.train().seed());
        ProgressListener progress = new ProgressListener(console)) {
      HeadTask task = ordered.task(rows.train());
      HeadLoss loss = ordered.loss(task, rows.train());
      Architecture architecture = Architectures.read(job.model(), task).with(job.fp32Modules());
      console.say(
          String.format(
              Locale.ROOT,
              "%s: %s, %,d parameters, %s, %d threads; labels %s",
              job.model(),
              architecture.modelType(),
              architecture.parameters(),
              PrecisionChoice.name(dtype),
              NativeGate.threads(),
              task.labels().names()));
      Evaluation evaluation = evaluation(rows, tokenizer, job, task, loss, architecture);
      Work work =
          new Work(
              ordered, task, loss, dtype, rows, evaluation, progress, new RunReport(job.output()));
      fit(SftCommand.trainer(job, architecture, dtype, tokenizer), work);
    }
    return 0;
  }

  private static Evaluation evaluation(
      JobRows rows,
      Tokenizer tokenizer,
      SftJob job,
      HeadTask task,
      HeadLoss loss,
      Architecture architecture) {
    if (rows.heldOut().isEmpty()) {
      return null;
    }
    return new LabelEvaluation(
        EncodedExamples.all(
            rows.heldOut().get(),
            job.ofTasks(new LabelEncoder(tokenizer, job.rows(), task)),
            job.rows()),
        task,
        HeadObjective.of(task, loss, architecture.head()));
  }

  /**
   * What a run works with.
   *
   * @param evaluation null for none
   */
  private record Work(
      ClassifyJob ordered,
      HeadTask task,
      HeadLoss loss,
      DType dtype,
      JobRows rows,
      Evaluation evaluation,
      ProgressListener progress,
      RunReport report) {}

  private void fit(Trainer<?, ? extends TrainedRun> trainer, Work work) {
    SftJob job = work.ordered().job();
    trainer.head(work.task(), work.loss());
    trainer.adversarialEpsilon(work.ordered().adversarial().adversarialEpsilon());
    SftCommand.order(trainer, job, work.rows(), work.evaluation(), work.progress(), work.report());
    try (Trainer<?, ? extends TrainedRun>.Planned planned =
            trainer.plan(work.rows().train(), job.output());
        CausalLm base =
            CausalLm.load(
                job.model(),
                new Precision(work.dtype(), job.fp32Modules()),
                job.device(),
                work.task(),
                planned.config().seed());
        RunSinks sinks =
            SftCommand.record(
                trainer,
                job,
                work.ordered()
                    .resolved(
                        work.task(),
                        work.loss(),
                        PrecisionChoice.name(work.dtype()),
                        planned.tune(base).data(),
                        planned.config()))) {
      if (work.evaluation() != null) {
        try (BoundModel bare = new BoundModel(base, null, null)) {
          work.report().before(work.evaluation().evaluate(bare), List.of());
        }
      }
      try (TrainedRun run = planned.train(base)) {
        RunEnd.tell(console, json(), job, work.evaluation(), work.report(), run);
        sinks.files(job.output());
      }
    }
  }
}
