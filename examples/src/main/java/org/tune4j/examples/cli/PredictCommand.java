package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.Examples;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.model.GivenHead;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.predict.Judgement;
import org.tune4j.engine.predict.Labeller;
import picocli.CommandLine.Command;

/** {@code tune4j predict}: labels rows with a trained head. */
@Command(
    name = "predict",
    description = {
      "Labels rows with a trained head: a folder of classify --method full, any hub folder with a"
          + " head, or a base model with an adapter of classify.",
      "Prints a line a row, in their order. Labels that rows have are not looked at."
    })
final class PredictCommand extends SettingsCommand {
  private static final List<Setting> TABLE =
      List.of(
          new Setting("model", "model", "DIR", "The model: a Hugging Face checkpoint folder."),
          new Setting("adapter", "model", "DIR", "An adapter on it, as classify wrote it."),
          new Setting(
              "precision",
              "model",
              "fp32|bf16|auto",
              "What it computes in; auto (default) is bf16 where it is measured faster."),
          new Setting(
              "device",
              "model",
              "NAME",
              "cpu or cuda:N; cuda needs the Maven profile cuda. Default cpu."),
          new Setting("threads", "model", "N", "Threads of a matrix product. Default: all cores."),
          new Setting(
              "data",
              "rows",
              "FILE,…",
              "Rows with text, text and text_pair, sentence1 and sentence2, or tokens."),
          new Setting(
              "columns",
              "rows",
              "a=b,c=d",
              "Which columns are read: the name that is wanted, and the column of the data."),
          new Setting("max_length", "rows", "N", "The longest row in tokens. Default 1024."),
          new Setting(
              "truncation_mode",
              "rows",
              "keep_start|keep_end",
              "What is kept of a longer row. Default keep_start."));

  PredictCommand(Console console) {
    super(console);
  }

  @Override
  List<Setting> table() {
    return TABLE;
  }

  @Override
  int run(Settings settings) {
    DataConfig config = DataSettings.config(settings);
    HeadTask task = task(required(settings, "model"), settings.path("adapter"));
    try (LoadedModel loaded = LoadedModel.of(settings);
        JobRows rows = JobRows.open(settings);
        Examples examples = Examples.of(rows.train(), config)) {
      Labeller labeller = new Labeller(loaded.model(), loaded.tokenizer(), task, config);
      labeller.label(examples, said -> show(said, task));
      examples.bad().throwIfFailing();
    }
    return 0;
  }

  /** What the head of a model, or of an adapter on it, says. */
  static HeadTask task(Path model, Optional<Path> adapter) {
    return adapter
        .flatMap(GivenHead::read)
        .map(GivenHead::task)
        .or(() -> Architectures.task(model))
        .orElseThrow(
            () ->
                new ConfigException(
                    model
                        + ": has no head of labels; name an adapter of classify with --adapter, or"
                        + " train one"));
  }

  private void show(Judgement said, HeadTask task) {
    if (json()) {
      console.json(line(said, task));
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
