package org.tune4j.examples.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.Precision;
import org.tune4j.engine.model.PrecisionChoice;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.report.RunRecord;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.Evaluation;
import org.tune4j.engine.trainer.TrainedRun;
import org.tune4j.engine.trainer.Trainer;
import org.tune4j.eval.report.RunReport;
import org.tune4j.rlhf.preference.PreferenceOrder;
import org.tune4j.rlhf.preference.Reference;
import picocli.CommandLine.Command;

/** {@code tune4j prefer}: fine-tuning from judged answers, without rollouts. */
@Command(
    name = "prefer",
    description = {
      "Fine-tunes a model on answers that were judged: DPO and its kin, KTO, ORPO, CPO and SimPO.",
      "Writes RUN/adapter (PEFT's files) or, with --method full, RUN/model; RUN/report.html, metrics"
          + " and checkpoints; prints that folder."
    })
final class PreferCommand extends SettingsCommand {
  /** Of sft, what has no meaning for judged answers, or what a reference would not know. */
  private static final Set<String> OF_SFT =
      Set.of(
          "add_tokens",
          "eval_max_new_tokens",
          "eval_metrics",
          "eval_tasks",
          "packing",
          "packing_strategy",
          "completion_only_loss",
          "router_aux_loss_coef",
          "label_smoothing_factor",
          "loss_chunk_size",
          "num_virtual_tokens",
          "prefix_projection",
          "encoder_hidden_size");

  private static final List<Setting> TABLE =
      Stream.of(
              SftSettings.FILES,
              DataSettings.TABLE,
              PreferenceSettings.TABLE,
              SftSettings.METHOD,
              MemoryLadderSettings.table(SftSettings.TRAIN),
              List.of(MemoryLadderSettings.memory(SftSettings.TRAIN)),
              FullSettings.table(SftSettings.TRAIN),
              RateSettings.table(SftSettings.TRAIN),
              HeldSettings.table(SftSettings.TRAIN))
          .flatMap(List::stream)
          .filter(setting -> !OF_SFT.contains(setting.name()))
          .map(LowRate::of)
          .toList();

  PreferCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  int run(Settings given) {
    Settings settings = LowRate.withDefault(given);
    // Some of its names mean something else there.
    SftJob job = SftJob.of(settings.without(PreferenceSettings.TABLE));
    PreferenceSettings preference = PreferenceSettings.of(settings);
    SftCommand.refuseOldRun(job);
    settings.integer("threads", NativeGate::setThreads);
    DType dtype = PrecisionChoice.of(job.precision(), job.device());
    Architecture architecture = Architectures.read(job.model()).with(job.fp32Modules());
    try (Tokenizer tokenizer = Tokenizer.load(job.model());
        JobRows rows = JobRows.open(settings);
        ProgressListener progress = new ProgressListener(console);
        Beside beside = Beside.of(preference, job, dtype, tokenizer)) {
      console.say(
          String.format(
              Locale.ROOT,
              "%s: %s, %,d parameters, %s, %d threads; loss %s",
              job.model(),
              architecture.modelType(),
              architecture.parameters(),
              PrecisionChoice.name(dtype),
              NativeGate.threads(),
              String.join(",", preference.names())));
      Trainer<?, ? extends TrainedRun> trainer =
          SftCommand.trainer(job, architecture, dtype, tokenizer);
      PreferenceOrder order = PreferenceOrder.of(preference.loss(), beside.reference());
      Evaluation evaluation =
          rows.heldOut().map(each -> order.heldOut(each, tokenizer, job.rows())).orElse(null);
      trainer.weights(job.weights());
      trainer.loss(order);
      RunReport report = new RunReport(job.output());
      SftCommand.order(trainer, job, rows, evaluation, progress, report);
      try (Trainer<?, ? extends TrainedRun>.Planned planned =
              trainer.plan(rows.train(), job.output());
          CausalLm base =
              CausalLm.load(
                  job.model(),
                  new Precision(dtype, job.fp32Modules()),
                  job.device(),
                  job.weights());
          RunSinks sinks =
              SftCommand.record(
                  trainer, job, resolved(job, preference, dtype, planned.tune(base)))) {
        try (TrainedRun run = planned.train(base)) {
          RunRecord.of(job.output(), job.model(), job.files(), run.folder()).writeTo(job.output());
          SftCommand.show(console, json(), job, run, report.write());
          sinks.files(job.output());
        }
      }
    }
    return 0;
  }

  private static Map<String, Object> resolved(
      SftJob job, PreferenceSettings preference, DType dtype, Trainer<?, ?>.Planned planned) {
    Map<String, Object> groups =
        new LinkedHashMap<>(
            job.resolved(PrecisionChoice.name(dtype), planned.data(), planned.config()));
    for (Object group : groups.values()) {
      ((Map<?, ?>) group).keySet().removeAll(OF_SFT);
    }
    groups.put("preference", preference.resolved());
    return groups;
  }

  /**
   * The reference of a run.
   *
   * @param reference null for the usual one
   * @param model is closed with this
   */
  private record Beside(Reference reference, Optional<CausalLm> model) implements AutoCloseable {
    static Beside of(PreferenceSettings settings, SftJob job, DType dtype, Tokenizer tokenizer) {
      settings
          .refModel()
          .ifPresent(folder -> SameTokens.require(tokenizer, folder, "the reference"));
      Precision precision = new Precision(dtype, job.fp32Modules());
      Optional<CausalLm> model =
          settings
              .refModel()
              .map(folder -> CausalLm.load(folder, precision, job.device(), job.weights()));
      Reference itself =
          settings
              .file()
              .<Reference>map(Reference.Kept::new)
              .orElse(settings.precompute() ? Reference.START : null);
      return new Beside(model.<Reference>map(Reference.Model::new).orElse(itself), model);
    }

    @Override
    public void close() {
      model.ifPresent(CausalLm::close);
    }
  }
}
