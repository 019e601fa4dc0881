package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.Examples;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.predict.Judgement;
import org.tune4j.engine.predict.Labeller;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.eval.uncertainty.Ensemble;
import org.tune4j.eval.uncertainty.EnsembleJudgement;
import org.tune4j.eval.uncertainty.TemperatureScaling;
import picocli.CommandLine.Command;

/** {@code tune4j predict}: labels rows with a trained head. */
@Command(
    name = "predict",
    description = {
      "Labels rows with a trained head: a folder of classify --method full, any hub folder with a"
          + " head, or a base model with an adapter of classify.",
      "Prints a line a row, in their order. Labels that rows have are not looked at.",
      "Of several adapters, or with --mc-dropout, it is what all say together, and --json adds how"
          + " uncertain it is."
    })
final class PredictCommand extends SettingsCommand {
  private static final String UNCERTAINTY = "uncertainty";
  private static final List<Setting> TABLE =
      List.of(
          new Setting("model", "model", "DIR", "The model: a Hugging Face checkpoint folder."),
          new Setting(
              "adapter",
              "model",
              "DIR,…",
              "An adapter on it, as classify wrote it; several are a deep ensemble."),
          ModelSettings.TASK_ID,
          ModelSettings.PRECISION,
          ModelSettings.FP32_MODULES,
          ModelSettings.DEVICE,
          ModelSettings.THREADS,
          new Setting(
              "data",
              "rows",
              "FILE,…",
              "Rows with text, text and text_pair, sentence1 and sentence2, or tokens."),
          RowSettings.COLUMNS,
          RowSettings.MAX_LENGTH,
          RowSettings.TRUNCATION_MODE,
          new Setting(
              "mc_dropout",
              UNCERTAINTY,
              "N",
              "Ask N times with dropout on, as in training of an adapter with lora_dropout."),
          new Setting("seed", UNCERTAINTY, "N", "What is dropped is a function of it. Default 0."),
          new Setting(
              "temperature",
              UNCERTAINTY,
              "X",
              "Divide each member's logits by X, as a calibration found it."));

  PredictCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  int run(Settings settings) {
    DataConfig config = DataSettings.config(settings);
    Path folder = required(settings, "model");
    List<Path> adapters = settings.paths("adapter");
    Optional<Path> first = adapters.stream().findFirst();
    HeadTask task = task(folder, first);
    try (Tokenizer tokenizer = Tokenizer.load(AddedTokens.tokenizer(folder, first));
        LoadedMembers loaded = LoadedMembers.of(settings, adapters, tokenizer, task);
        JobRows rows = JobRows.open(settings);
        Examples examples = Examples.of(rows.train(), config)) {
      Labeller labeller = new Labeller(loaded.models().get(0), tokenizer, task, config);
      Optional<Ensemble> ensemble = ensemble(settings, loaded.models(), task);
      if (ensemble.isPresent()) {
        ensemble
            .get()
            .label(
                labeller, examples, said -> show(said.judgement(), task, uncertainty(said, task)));
      } else {
        labeller.label(examples, said -> show(said, task, Map.of()));
      }
      examples.bad().throwIfFailing();
    }
    return 0;
  }

  /** Several opinions, where they are asked for. */
  private static Optional<Ensemble> ensemble(
      Settings settings, List<BoundModel> models, HeadTask task) {
    boolean drops = settings.has("mc_dropout");
    if (drops && models.size() > 1) {
      throw new ConfigException(
          "mc_dropout and several adapters do not go together; leave one out");
    }
    if (settings.has("seed") && !drops) {
      throw new ConfigException("seed: nothing is drawn without mc_dropout; leave it out");
    }
    if (models.size() == 1 && !drops) {
      if (settings.has("temperature")) {
        throw new ConfigException("temperature: goes with mc_dropout or several adapters only");
      }
      return Optional.empty();
    }
    int[] passes = {0};
    settings.integer("mc_dropout", value -> passes[0] = value);
    long[] seed = {0};
    settings.whole("seed", value -> seed[0] = value);
    Ensemble[] ensemble = {
      drops
          ? Ensemble.mcDropout(models.get(0), task, passes[0], seed[0])
          : Ensemble.of(models, task)
    };
    settings.number(
        "temperature", value -> ensemble[0] = ensemble[0].with(new TemperatureScaling(value)));
    return Optional.of(ensemble[0]);
  }

  /** How uncertain a row is; of words a list each, null where one was cut away. */
  private static Map<String, Object> uncertainty(EnsembleJudgement said, HeadTask task) {
    Map<String, Object> figures = new LinkedHashMap<>();
    if (said.standardDeviation().isPresent()) {
      figures.put("standard_deviation", said.standardDeviation().getAsDouble());
      return figures;
    }
    boolean words = task instanceof HeadTask.WordLabels;
    Map<String, double[]> entropies = new LinkedHashMap<>();
    entropies.put("predictive_entropy", said.predictiveEntropy());
    entropies.put("expected_entropy", said.expectedEntropy());
    entropies.put("mutual_information", said.mutualInformation());
    entropies.forEach(
        (name, values) ->
            figures.put(
                name,
                words
                    ? Arrays.stream(values)
                        .mapToObj(value -> Double.isNaN(value) ? null : value)
                        .toList()
                    : values[0]));
    return figures;
  }

  /** What the head of a model, or of an adapter on it, says. */
  static HeadTask task(Path model, Optional<Path> adapter) {
    return LoadedModel.task(model, adapter)
        .orElseThrow(
            () ->
                new ConfigException(
                    model
                        + ": has no head of labels; name an adapter of classify with --adapter, or"
                        + " train one"));
  }

  private void show(Judgement said, HeadTask task, Map<String, Object> uncertainty) {
    if (json()) {
      Map<String, Object> line = line(said, task);
      line.putAll(uncertainty);
      console.json(line);
    } else if (task instanceof HeadTask.Regression) {
      console.out().println(said.scores()[0]);
    } else {
      console
          .out()
          .println(String.join(task instanceof HeadTask.WordLabels ? " " : ", ", said.labels()));
    }
  }

  private static Map<String, Object> line(Judgement said, HeadTask task) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("where", said.where());
    if (task instanceof HeadTask.Regression) {
      line.put("value", said.scores()[0]);
      return line;
    }
    if (task instanceof HeadTask.WordLabels) {
      line.put("tags", said.labels());
      line.put("scores", said.scores());
      return line;
    }
    if (task instanceof HeadTask.MultiLabel) {
      line.put("labels", said.labels());
    } else {
      line.put("label", said.labels().get(0));
    }
    Map<String, Float> scores = new LinkedHashMap<>();
    for (int id = 0; id < task.outputs(); id++) {
      scores.put(task.labels().names().get(id), said.scores()[id]);
    }
    line.put("scores", scores);
    return line;
  }
}
