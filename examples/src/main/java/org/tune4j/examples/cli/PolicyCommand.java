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
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.eval.report.RunReport;
import org.tune4j.eval.report.ScoredResponse;
import org.tune4j.rlhf.ppo.PolicyEvaluation;
import org.tune4j.rlhf.ppo.RolloutMemory;
import org.tune4j.rlhf.ppo.RolloutPreflight;
import org.tune4j.rlhf.ppo.RolloutRun;
import org.tune4j.rlhf.ppo.RolloutTrainer;
import org.tune4j.rlhf.reward.RewardScorer;
import org.tune4j.rlhf.reward.RowRewards;
import org.tune4j.rlhf.rollout.Prompt;
import org.tune4j.rlhf.rollout.Prompts;
import org.tune4j.rlhf.rollout.ScoredRollout;

/** A command that has a policy learn from rewards. */
abstract class PolicyCommand extends SettingsCommand {
  /** Prompts that are answered before and after, where none are held out. */
  private static final int FEW = 16;

  private final List<Setting> table;
  private final List<Setting> own;

  /**
   * A command.
   *
   * @param table what it can be told
   * @param own of that, what is of its method alone: sft may mean something else by such a name
   */
  PolicyCommand(Console console, List<Setting> table, List<Setting> own) {
    super(console, table);
    this.table = table;
    this.own = own;
  }

  /**
   * The method that is ordered.
   *
   * @param train what every run is told
   */
  abstract PolicyMethod method(Settings settings, TrainConfig train);

  /** The same with the defaults that are others than those of sft. */
  Settings withDefaults(Settings given) {
    return given;
  }

  private PolicyJob job(Settings settings) {
    SftJob base = SftJob.of(settings.without(own).without(PolicySettings.BESIDE));
    return PolicyJob.of(settings, base, method(settings, base.train()));
  }

  @Override
  int run(Settings given) {
    Settings settings = withDefaults(given);
    PolicyJob job = job(settings);
    SftCommand.refuseOldRun(job.base());
    settings.integer("threads", NativeGate::setThreads);
    Path model = job.base().model();
    DType dtype = PrecisionChoice.of(job.base().precision(), job.base().device());
    Architecture architecture = Architectures.read(model);
    try (Tokenizer tokenizer = Tokenizer.load(model);
        JobRows rows = JobRows.open(settings);
        PolicyProgress progress = new PolicyProgress(console, job)) {
      console.say(
          String.format(
              Locale.ROOT,
              "%s: %s, %,d parameters, %s, %d threads; %d responses an update",
              model,
              architecture.modelType(),
              architecture.parameters(),
              PrecisionChoice.name(dtype),
              NativeGate.threads(),
              job.sampling().rollouts()));
      Prompts asked = job.prompts(rows.train(), tokenizer, architecture);
      requireMemory(settings, job, architecture, dtype, tokenizer, asked);
      try (RewardFunctions rewards = RewardFunctions.open(settings, tokenizer, console::say);
          RewardScorer scorer = rewards.scorer();
          PolicyModels models = PolicyModels.load(job, dtype)) {
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
                job.sampling().limit().tokens(),
                job.sampling().temperature(),
                job.base().train().seed(),
                worth,
                models.reference());
        RolloutTrainer<?> trainer =
            models
                .trainer(tokenizer)
                .identity("reward", rewards.identity())
                .identity("reward.rows", RowRewards.fingerprint(rows.train()))
                .listener(progress);
        if (rows.heldOut().isPresent()) {
          trainer.evaluation(evaluation);
        }
        Map<String, Object> config = job.resolved(table, settings, PrecisionChoice.name(dtype));
        train(job, config, rows.train(), worth, evaluation, models.start(), trainer);
      }
    }
    return 0;
  }

  private void requireMemory(
      Settings settings,
      PolicyJob job,
      Architecture architecture,
      DType dtype,
      Tokenizer tokenizer,
      Prompts prompts) {
    long others = RewardFunctions.bytes(settings);
    if (job.refModel().isPresent()) {
      others += Architectures.read(job.refModel().get()).parameters() * dtype.bytes();
    }
    TrainConfig train = job.base().train();
    RolloutMemory memory =
        RolloutMemory.of(
            new RolloutMemory.Model(architecture, job.trained(architecture)),
            job.method()
                .critic()
                .map(folder -> Architectures.read(folder, new HeadTask.Regression()))
                .map(critic -> new RolloutMemory.Model(critic, PolicyModels.all(critic))),
            job.method().head(architecture),
            dtype,
            train,
            job.sampling(),
            prompts.all().stream().mapToInt(each -> each.ids().length).max().orElseThrow(),
            others,
            MemoryForecast.processNow(0));
    PreflightReport report =
        RolloutPreflight.report(
            prompts,
            tokenizer,
            job.base().rows(),
            memory.forecast(
                train,
                job.sampling().totalSteps(train, prompts.all().size()),
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
      PolicyJob job,
      Map<String, Object> config,
      ExampleSource prompts,
      RowRewards worth,
      PolicyEvaluation evaluation,
      BoundModel start,
      RolloutTrainer<?> trainer) {
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
      try (RolloutRun run = trainer.train(prompts, worth, output)) {
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

  private void show(RolloutRun run, Map<String, Double> values, Path page) {
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
