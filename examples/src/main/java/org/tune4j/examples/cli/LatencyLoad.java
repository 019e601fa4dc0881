package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.Example;
import org.tune4j.engine.data.Examples;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.form.ChatContext;
import org.tune4j.engine.data.form.ExampleForm;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.eval.efficiency.BatchModel;
import org.tune4j.eval.efficiency.GenerationLoad;
import org.tune4j.eval.efficiency.LabelLoad;

/**
 * What {@code latency} puts under load.
 *
 * @param model what answers
 * @param inputs how many different inputs it has
 * @param generation how texts are continued; empty where labels are given
 */
record LatencyLoad(BatchModel model, int inputs, Optional<GenerationConfig> generation) {
  /** Of a model that says the next token, or whose head labels texts or words. */
  static LatencyLoad of(Settings settings, LoadedModel loaded) {
    Optional<HeadTask> task =
        LoadedModel.task(SettingsCommand.required(settings, "model"), settings.path("adapter"));
    return task.map(each -> labels(settings, loaded, each))
        .orElseGet(() -> texts(settings, loaded));
  }

  private static LatencyLoad texts(Settings settings, LoadedModel loaded) {
    List<String> prompts =
        GenerateCommand.prompts(settings.text("prompt"), settings.path("prompts"));
    Set<Integer> ends = settings.flag("ignore_eos") ? Set.of() : loaded.ends();
    GenerationConfig config = GenerationSettings.config(settings, ends);
    return new LatencyLoad(
        new GenerationLoad(loaded.model(), loaded.tokenizer(), prompts, config),
        prompts.size(),
        Optional.of(config));
  }

  private static LatencyLoad labels(Settings settings, LoadedModel loaded, HeadTask task) {
    for (String name : LatencyCommand.OF_TEXTS) {
      if (settings.has(name)) {
        throw new ConfigException(
            name + ": is for a model that continues texts, and this one labels them; leave it out");
      }
    }
    List<Example> rows = rows(settings.text("prompt"), settings.path("prompts"), task);
    LabelLoad load =
        new LabelLoad(loaded.model(), loaded.tokenizer(), rows, task, DataConfig.DEFAULT);
    return new LatencyLoad(load, rows.size(), Optional.empty());
  }

  private static List<Example> rows(Optional<String> text, Optional<Path> file, HeadTask task) {
    if (text.isEmpty() && file.isPresent() && file.get().toString().endsWith(".jsonl")) {
      try (Examples rows = Examples.of(new DataFiles().open(file.get()), DataConfig.DEFAULT)) {
        List<Example> all = rows.all();
        if (all.isEmpty()) {
          throw new ConfigException(file.get() + ": wanted rows, found none");
        }
        return all;
      }
    }
    List<String> texts = GenerateCommand.prompts(text, file);
    String source = file.map(Path::toString).orElse("--prompt");
    return IntStream.range(0, texts.size())
        .mapToObj(i -> new Example(i, source, i + 1, form(texts.get(i), task), ChatContext.NONE))
        .toList();
  }

  private static ExampleForm form(String text, HeadTask task) {
    return task instanceof HeadTask.WordLabels
        ? new ExampleForm.Words(Arrays.asList(text.strip().split("\\s+")))
        : new ExampleForm.Text(text);
  }
}
