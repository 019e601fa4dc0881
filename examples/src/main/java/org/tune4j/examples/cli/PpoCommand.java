package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.PrecisionChoice;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.preflight.PreflightReport;
import org.tune4j.engine.report.RunRecord;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.MemoryForecast;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.train.RunStart;
import org.tune4j.eval.report.RunReport;
import org.tune4j.eval.report.ScoredResponse;
import org.tune4j.rlhf.ppo.PolicyEvaluation;
import org.tune4j.rlhf.ppo.PpoMemory;
import org.tune4j.rlhf.ppo.PpoPreflight;
import org.tune4j.rlhf.ppo.PpoRun;
import org.tune4j.rlhf.ppo.PpoTrainer;
import org.tune4j.rlhf.ppo.Sampling;
import org.tune4j.rlhf.reward.RewardScorer;
import org.tune4j.rlhf.reward.RowRewards;
import org.tune4j.rlhf.rollout.Prompt;
import org.tune4j.rlhf.rollout.Prompts;
import org.tune4j.rlhf.rollout.ScoredRollout;
import picocli.CommandLine.Command;

/** {@code tune4j ppo}: a policy learns from rewards. */
@Command(
    name = "ppo",
    description = {
      "Teaches a model by proximal policy optimisation: it answers prompts, the answers are scored"
          + " by a reward model or verifiers, and it learns to say what scores more.",
      "Writes RUN/policy (PEFT's files or, with --method full, a model; and value_head.safetensors);"
          + " RUN/report.html, metrics and checkpoints; prints that folder."
    })
final class PpoCommand extends SettingsCommand {
  /** Prompts that are answered before and after, where none are held out. */
  private static final int FEW = 16;

  PpoCommand(Console console) {
    super(console, PpoSettings.TABLE);
  }

  @Override
  Map<String, String> refused() {
    return PpoRefusals.TABLE;
  }

  @Override
  int run(Settings settings) {
    PpoJob job = PpoJob.of(settings);
    SftCommand.refuseOldRun(job.base());
    settings.integer("threads", NativeGate::setThreads);
    Path model = job.base().model();
    DType dtype = PrecisionChoice.of(job.base().precision(), job.base().device());
    Architecture architecture = Architectures.read(model);
    try (Tokenizer tokenizer = Tokenizer.load(model);
        JobRows rows = JobRows.open(settings);
        PpoProgress progress =
            new PpoProgress(console, job.ppo().rollouts(job.base().train()), job.ppo().steps())) {
      console.say(
          String.format(
              Locale.ROOT,
              "%s: %s, %,d parameters, %s, %d threads; %d responses an update",
              model,
              architecture.modelType(),
              architecture.parameters(),
              PrecisionChoice.name(dtype),
              NativeGate.threads(),
              job.ppo().rollouts(job.base().train())));
      Prompts asked = job.prompts(rows.train(), tokenizer, architecture);
      requireMemory(settings, job, architecture, dtype, tokenizer, asked);
      try (RewardFunctions rewards = RewardFunctions.open(settings, tokenizer, console::say);
          RewardScorer scorer = rewards.scorer();
          PpoModels models = PpoModels.load(job, dtype)) {
        List<ExampleSource> sources = new ArrayList<>(List.of(rows.train()));
        rows.heldOut().ifPresent(sources::add);
        RowRewards worth = new RowRewards(scorer, sources);
        List<Prompt> measured =
            rows.heldOut()
                .map(heldOut -> job.prompts(heldOut, tokenizer, architecture).all())
                .orElseGet(() -> asked.all().subList(0, Math.min(FEW, asked.all().size())));
        PolicyEvaluation evaluation =
            new PolicyEvaluation(
                measured,
                tokenizer,
                job.ppo(),
                job.base().train().seed(),
                worth,
                models.reference());
        PpoTrainer trainer =
            models
                .trainer(tokenizer)
                .identity("reward", rewards.identity())
                .identity("reward.rows", RowRewards.fingerprint(rows.train()))
                .listener(progress);
        if (rows.heldOut().isPresent()) {
          trainer.evaluation(evaluation);
        }
        Map<String, Object> config = job.resolved(settings, PrecisionChoice.name(dtype));
        train(job, config, rows.train(), worth, evaluation, models.start(), trainer);
      }
    }
    return 0;
  }

  private void requireMemory(
      Settings settings,
      PpoJob job,
      Architecture architecture,
      DType dtype,
      Tokenizer tokenizer,
      Prompts prompts) {
    long others = RewardFunctions.bytes(settings);
    if (job.refModel().isPresent()) {
      others += Architectures.read(job.refModel().get()).parameters() * dtype.bytes();
    }
    Sampling sampling = job.ppo().sampling(job.base().train());
    PpoMemory memory =
        PpoMemory.of(
            new PpoMemory.Model(architecture, job.trained(architecture)),
            job.critic()
                .map(folder -> Architectures.read(folder, new HeadTask.Regression()))
                .map(critic -> new PpoMemory.Model(critic, PpoModels.all(critic))),
            dtype,
            job.base().train(),
            job.ppo(),
            prompts.all().stream().mapToInt(each -> each.ids().length).max().orElseThrow(),
            others,
            MemoryForecast.processNow(0));
    PreflightReport report =
        PpoPreflight.report(
            prompts,
            tokenizer,
            job.base().rows(),
            memory.forecast(
                job.base().train(),
                (long) job.ppo().steps()
                    * sampling.updates(job.base().train().numTrainEpochs(), prompts.all().size()),
                MemoryForecast.available(job.base().memoryLimit().orElse(Long.MAX_VALUE))));
    report.writeTo(job.base().output());
    console.say(report.text(console.terminal()));
    console.say(
        String.format(
            Locale.ROOT,
            "memory in MiB: models %d, what is trained %d, learning %d or sampling %d, process %d",
            memory.weights() >> 20,
            memory.trained() >> 20,
            memory.learning() >> 20,
            memory.sampling() >> 20,
            memory.process() >> 20));
    report.refuseIfAny();
  }

  private void train(
      PpoJob job,
      Map<String, Object> config,
      ExampleSource prompts,
      RowRewards worth,
      PolicyEvaluation evaluation,
      BoundModel start,
      PpoTrainer trainer) {
    Path output = job.base().output();
    RunReport report = new RunReport(output);
    try (RunSinks sinks = new RunSinks(job.base().reportTo(), output, config)) {
      sinks.listeners().forEach(trainer::listener);
      trainer.listener(report);
      trainer.listener(
          new RunListener() {
            @Override
            public void onStart(RunStart begun) {
              RunRecord.writeConfig(output, config);
            }
          });
      report.before(evaluation.evaluate(start), List.of());
      List<ScoredResponse> before = shown(evaluation.answers());
      try (PpoRun run = trainer.train(prompts, worth, output)) {
        Map<String, Double> values = evaluation.evaluate(run.policy().model());
        report.after(values, List.of()).responses(before, shown(evaluation.answers()));
        RunRecord.of(output, job.base().model(), job.base().files(), run.folder()).writeTo(output);
        show(run, values, report.write());
        sinks.files(output);
      }
    }
  }

  private static List<ScoredResponse> shown(List<ScoredRollout> answers) {
    return answers.stream()
        .map(each -> new ScoredResponse(each.prompt().text(), each.response(), each.score()))
        .toList();
  }

  private void show(PpoRun run, Map<String, Double> values, Path page) {
    RunResult result = run.result();
    console.say(
        String.format(
            Locale.ROOT,
            "%s after %d steps; %s",
            result.reason().name().toLowerCase(Locale.ROOT).replace('_', ' '),
            result.steps(),
            ProgressListener.shown(values)));
    console.say("report: " + page);
    if (!json()) {
      console.out().println(run.folder());
      return;
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("policy", run.folder().toString());
    line.put("report", page.toString());
    line.put("steps", result.steps());
    line.put("reason", result.reason().name().toLowerCase(Locale.ROOT));
    line.putAll(values);
    console.json(line);
  }
}
