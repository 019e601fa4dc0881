package org.tune4j.examples.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.Example;
import org.tune4j.engine.data.Examples;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.form.ExampleForm;
import org.tune4j.engine.data.form.Turns;
import org.tune4j.engine.data.source.Row;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.rlhf.reward.RewardSample;
import org.tune4j.rlhf.reward.model.ModelReward;
import org.tune4j.rlhf.reward.model.RewardEnsemble;
import picocli.CommandLine.Command;

/** {@code tune4j score}: rewards of rows by a trained reward model. */
@Command(
    name = "score",
    description = {
      "Scores answers with a reward model: a folder of reward --method full, any hub folder with a"
          + " head of one number, or a base model with an adapter of reward.",
      "Prints a number a row, of pairs two, in their order. Of several adapters it is the mean less"
          + " their disagreement."
    })
final class ScoreCommand extends SettingsCommand {
  /** Rows that are scored at once. */
  private static final int PORTION = 256;

  private static final String ENSEMBLE = "ensemble";
  private static final List<Setting> TABLE =
      List.of(
          new Setting("model", "model", "DIR", "The model: a Hugging Face checkpoint folder."),
          new Setting(
              "adapter",
              "model",
              "DIR,…",
              "An adapter on it, as reward wrote it; several are an ensemble."),
          ModelSettings.PRECISION,
          ModelSettings.FP32_MODULES,
          ModelSettings.DEVICE,
          ModelSettings.THREADS,
          new Setting(
              "data",
              "rows",
              "FILE,…",
              "Rows with prompt and completion, perhaps label; prompt, chosen and rejected; or"
                  + " text."),
          RowSettings.COLUMNS,
          RowSettings.MAX_LENGTH,
          RowSettings.TRUNCATION_MODE,
          new Setting(
              "deviations",
              ENSEMBLE,
              "K",
              "Take K standard deviations of the adapters' rewards off their mean. Default 1."),
          new Setting("least", ENSEMBLE, null, "Take the least of the adapters' rewards."));

  ScoreCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  int run(Settings settings) {
    DataConfig config = DataSettings.config(settings);
    Path folder = required(settings, "model");
    List<Path> adapters = settings.paths("adapter");
    Optional<Path> first = adapters.stream().findFirst();
    HeadTask task = PredictCommand.task(folder, first);
    if (!(task instanceof HeadTask.Regression)) {
      throw new ConfigException(
          "%s: has a head of %s; wanted is a reward model, which gives one number"
              .formatted(folder, task.labels().names()));
    }
    try (Tokenizer tokenizer = Tokenizer.load(AddedTokens.tokenizer(folder, first));
        LoadedMembers loaded = LoadedMembers.of(settings, adapters, tokenizer, task);
        JobRows rows = JobRows.open(settings);
        Examples examples = Examples.of(rows.train(), config)) {
      List<ModelReward> members =
          loaded.models().stream().map(model -> new ModelReward(model, tokenizer, config)).toList();
      Judge judge = judge(settings, members);
      for (int from = 0; from < examples.size(); from += PORTION) {
        List<Example> portion = new ArrayList<>();
        for (int row = from; row < Math.min(examples.size(), from + PORTION); row++) {
          examples.example(row).ifPresent(portion::add);
        }
        show(portion, judge);
      }
      examples.bad().throwIfFailing();
    }
    return 0;
  }

  /** What is asked: one model or several. */
  @FunctionalInterface
  private interface Judge {
    double[] scores(List<RewardSample> samples);
  }

  private static Judge judge(Settings settings, List<ModelReward> members) {
    boolean least = settings.flag("least");
    if (members.size() == 1) {
      if (least || settings.has("deviations")) {
        throw new ConfigException("least and deviations go with several adapters only");
      }
      return members.get(0)::scores;
    }
    if (least && settings.has("deviations")) {
      throw new ConfigException("least and deviations do not go together; leave one out");
    }
    double[] deviations = {1};
    settings.number("deviations", value -> deviations[0] = value);
    RewardEnsemble ensemble =
        least ? RewardEnsemble.least(members) : RewardEnsemble.mean(members, deviations[0]);
    return samples -> {
      try {
        return ensemble.scores(samples);
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new DataException("rewards: " + e.getMessage(), e);
      }
    };
  }

  private void show(List<Example> rows, Judge judge) {
    List<RewardSample> samples = rows.stream().flatMap(row -> samples(row).stream()).toList();
    double[] rewards = judge.scores(samples);
    for (int s = 0; s < rewards.length; s++) {
      if (!Double.isFinite(rewards[s])) {
        judge.scores(samples.subList(s, s + 1)); // Alone it says why.
      }
    }
    int next = 0;
    for (Example row : rows) {
      boolean pair = row.form() instanceof ExampleForm.Preference;
      double first = rewards[next++];
      double second = pair ? rewards[next++] : Double.NaN;
      if (json()) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("where", row.where());
        line.put(pair ? "chosen" : "reward", first);
        if (pair) {
          line.put("rejected", second);
        }
        console.json(line);
      } else {
        console.out().println(pair ? first + "\t" + second : String.valueOf(first));
      }
    }
  }

  private static List<RewardSample> samples(Example row) {
    if (row.form() instanceof ExampleForm.Preference pair) {
      return List.of(
          sample(row, pair.prompt(), pair.chosen()), sample(row, pair.prompt(), pair.rejected()));
    }
    if (row.form() instanceof ExampleForm.PromptCompletion said) {
      return List.of(sample(row, said.prompt(), said.completion()));
    }
    if (row.form() instanceof ExampleForm.Unpaired said) {
      return List.of(sample(row, said.prompt(), said.completion()));
    }
    if (row.form() instanceof ExampleForm.Text text) {
      return List.of(sample(row, Turns.NONE, new Turns.Plain(text.text())));
    }
    throw new DataException(
        "%s: a row of %s, wanted is prompt + completion, prompt + chosen + rejected, or text"
            .formatted(row.where(), row.form().getClass().getSimpleName()));
  }

  private static RewardSample sample(Example row, Turns prompt, Turns answer) {
    if (prompt instanceof Turns.Plain before && answer instanceof Turns.Plain said) {
      Row at = new Row(JsonNodeFactory.instance.objectNode(), row.source(), row.line());
      return new RewardSample(before.text(), said.text(), at);
    }
    throw new DataException(row.where() + ": a conversation, wanted is text");
  }
}
