package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.Examples;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.eval.gate.GateResult;
import org.tune4j.eval.gate.QualityGate;
import org.tune4j.eval.result.EvalResult;
import org.tune4j.eval.robustness.Attack;
import org.tune4j.eval.robustness.AttackFolder;
import org.tune4j.eval.robustness.AttackResult;
import org.tune4j.eval.robustness.AttackSummary;
import org.tune4j.eval.robustness.Attacks;
import org.tune4j.eval.robustness.HeadClassifier;
import org.tune4j.eval.robustness.LabelledText;
import org.tune4j.eval.robustness.Outcome;
import org.tune4j.eval.robustness.TextClassifier;
import org.tune4j.eval.text.Script;
import picocli.CommandLine.Command;

/** {@code tune4j attack}: how easily a classifier is made to change its mind. */
@Command(
    name = "attack",
    description = {
      "Changes words of texts until a classifier labels them wrongly, after the recipes of"
          + " TextAttack, and says how often that succeeds.",
      "Prints each figure with its 95 %% interval; with --json a line a text, then a line of"
          + " figures. Exit code 1 if a gate is given and not passed."
    })
final class AttackCommand extends SettingsCommand {
  private static final int LINE_EVERY = 10;
  private static final Map<String, Boolean> IS_CHINESE = Map.of("en", false, "zh", true);
  private static final List<Setting> TABLE =
      List.of(
          new Setting("model", "model", "DIR", "The model: a Hugging Face checkpoint folder."),
          new Setting("adapter", "model", "DIR", "An adapter on it, as classify wrote it."),
          ModelSettings.TASK_ID,
          ModelSettings.PRECISION,
          ModelSettings.FP32_MODULES,
          ModelSettings.DEVICE,
          ModelSettings.THREADS,
          new Setting("data", "rows", "FILE,…", "Rows with text and label."),
          RowSettings.COLUMNS,
          RowSettings.MAX_LENGTH,
          new Setting(
              "language",
              "rows",
              "en|zh",
              "Only texts that are mostly Chinese (zh), or only those that are not. Default: all."),
          new Setting("num_examples", "rows", "N", "Only the first N of them. Default: all."),
          new Setting(
              "attack",
              "attacks",
              "NAME,…",
              "synonym, pwws, deepwordbug, typo, homophone, lookalike, hotflip."),
          new Setting("seed", "attacks", "N", "What random draws depend on. Default 42."),
          new Setting(
              "output",
              "attacks",
              "DIR",
              "Where to write attack.json, attack-NAME.jsonl with the texts, and the report."),
          ResultOutput.gate("attacks"),
          ResultOutput.MODEL_NAME);

  AttackCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  int run(Settings settings) {
    List<Attack> attacks = attacks(settings);
    DataConfig config = DataSettings.config(settings);
    Path model = required(settings, "model");
    long[] seed = {TrainConfig.builder().build().seed()};
    settings.whole("seed", value -> seed[0] = value);
    HeadTask task = PredictCommand.task(model, settings.path("adapter"));
    Optional<QualityGate> gate = ResultOutput.gate(settings);
    String name = ResultOutput.modelName(settings);
    ResultOutput output = new ResultOutput(console, json());
    List<LabelledText> rows = rows(settings, config);
    List<AttackSummary> summaries = new ArrayList<>();
    try (LoadedModel loaded = LoadedModel.of(settings)) {
      TextClassifier classifier =
          new HeadClassifier(loaded.model(), loaded.tokenizer(), task, config);
      for (Attack attack : attacks) {
        List<AttackResult> results = new ArrayList<>();
        AttackSummary summary =
            attack.run(
                classifier,
                rows,
                seed[0],
                result -> {
                  results.add(result);
                  show(attack, result, results, rows.size());
                });
        summaries.add(summary);
        show(summary, output, name);
        settings
            .path("output")
            .ifPresent(folder -> AttackFolder.writeRows(folder, attack.name(), results));
      }
    }
    Map<String, Object> about = new LinkedHashMap<>();
    about.put("model", model.toString());
    settings.path("adapter").ifPresent(adapter -> about.put("adapter", adapter.toString()));
    about.put("data", settings.paths("data").stream().map(Path::toString).toList());
    about.put("seed", seed[0]);
    settings
        .path("output")
        .ifPresent(folder -> AttackFolder.writeFigures(folder, about, summaries));
    List<EvalResult> results = summaries.stream().map(each -> result(each, name)).toList();
    Optional<GateResult> judged = gate.map(given -> given.judge(results));
    settings.path("output").ifPresent(folder -> ResultOutput.write(folder, results, judged));
    judged.ifPresent(output::show);
    return judged.map(GateResult::passed).orElse(true) ? 0 : 1;
  }

  private static List<Attack> attacks(Settings settings) {
    List<Attack> attacks = new ArrayList<>();
    settings.list("attack", names -> names.stream().map(Attacks::named).forEach(attacks::add));
    if (attacks.isEmpty()) {
      throw new ConfigException("--attack is missing (or attack in the --config file)");
    }
    return attacks;
  }

  private static List<LabelledText> rows(Settings settings, DataConfig config) {
    int[] most = {Integer.MAX_VALUE};
    settings.integer("num_examples", value -> most[0] = value);
    if (most[0] < 1) {
      throw new ConfigException("num_examples: wanted at least 1, found " + most[0]);
    }
    List<Boolean> chinese = new ArrayList<>(List.of(true, false));
    settings.choice("language", IS_CHINESE, value -> chinese.remove(!value));
    try (JobRows rows = JobRows.open(settings);
        Examples examples = Examples.of(rows.train(), config)) {
      List<LabelledText> texts =
          examples.all().stream()
              .map(LabelledText::of)
              .filter(row -> chinese.contains(Script.isChinese(row.text())))
              .limit(most[0])
              .toList();
      examples.bad().throwIfFailing();
      return texts;
    }
  }

  private void show(Attack attack, AttackResult result, List<AttackResult> sofar, int all) {
    if (json()) {
      console.json(AttackFolder.json(attack.name(), result));
    }
    int done = sofar.size();
    if (done % LINE_EVERY == 0 || done == all) {
      long queries = sofar.stream().mapToLong(AttackResult::queries).sum();
      console.say(
          String.format(
              Locale.ROOT,
              "%s  %d/%d  %d successful, %d failed, %d skipped  %,d queries",
              attack.name(),
              done,
              all,
              count(sofar, Outcome.SUCCESSFUL),
              count(sofar, Outcome.FAILED),
              count(sofar, Outcome.SKIPPED),
              queries));
    }
  }

  private static long count(List<AttackResult> results, Outcome outcome) {
    return results.stream().filter(result -> result.outcome() == outcome).count();
  }

  private void show(AttackSummary summary, ResultOutput output, String name) {
    if (json()) {
      console.json(AttackFolder.json(summary));
    } else {
      output.show(result(summary, name));
    }
  }

  /** An attack is a task, by its name. */
  private static EvalResult result(AttackSummary summary, String name) {
    return new EvalResult(summary.attack(), name, summary.figures(), List.of());
  }
}
