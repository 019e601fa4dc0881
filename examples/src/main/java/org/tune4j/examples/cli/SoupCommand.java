package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExamples;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.PrecisionChoice;
import org.tune4j.engine.soup.CheckpointSoup;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.eval.LossEvaluation;
import picocli.CommandLine.Command;

/** {@code tune4j soup}: the mean of several checkpoints. */
@Command(
    name = "soup",
    description = {
      "Averages the weights of checkpoints of one model, or of adapters on one base, and writes a"
          + " folder of the same kind.",
      "With --eval-data only those are taken that do not raise the loss on these rows, beginning with"
          + " the best (a greedy soup)."
    })
final class SoupCommand extends SettingsCommand {
  private static final String SOUP = "soup";
  private static final List<Setting> TABLE =
      List.of(
          new Setting(
              "checkpoints",
              SOUP,
              "DIR,…",
              "Folders of models or of adapters; checkpoint-N of a run is one."),
          new Setting("output", SOUP, "DIR", "The folder to write."),
          new Setting(
              "eval_data", SOUP, "FILE", "Take greedily, by the loss on these held-out rows."),
          new Setting("model", SOUP, "DIR", "With --eval-data, of adapters: their base model."),
          new Setting("max_length", SOUP, "N", "The longest row in tokens. Default 1024."),
          new Setting(
              "precision",
              SOUP,
              "fp32|bf16|auto",
              "What the loss is computed in; auto (default) is bf16 where it is measured faster."),
          ModelSettings.threads(SOUP));

  SoupCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  int run(Settings settings) {
    List<Path> checkpoints = settings.paths("checkpoints");
    Path output = required(settings, "output");
    Optional<Path> rows = settings.path("eval_data");
    if (rows.isEmpty()) {
      for (String name : List.of("model", "max_length", "precision", "threads")) {
        if (settings.has(name)) {
          throw new ConfigException(name + " needs eval_data: without, nothing is computed with");
        }
      }
      CheckpointSoup.uniform(checkpoints, output);
      tell(output, checkpoints, Optional.empty());
      return 0;
    }
    settings.integer("threads", NativeGate::setThreads);
    DType dtype = PrecisionChoice.of(settings.text("precision").orElse("auto"), "cpu");
    DataConfig.Builder data = DataConfig.builder();
    settings.integer("max_length", data::maxLength);
    DataConfig config = data.build();
    CheckpointSoup.Greedy soup =
        CheckpointSoup.greedy(
            checkpoints,
            folder -> -loss(folder, settings.path("model"), rows.get(), config, dtype),
            output);
    tell(output, soup.kept(), Optional.of(-soup.score()));
    return 0;
  }

  private double loss(Path folder, Optional<Path> base, Path rows, DataConfig config, DType dtype) {
    boolean adapter = PeftFiles.isAdapter(folder);
    if (adapter && base.isEmpty()) {
      throw new ConfigException(folder + ": is an adapter; name its base model with --model");
    }
    if (!adapter && base.isPresent()) {
      throw new ConfigException(
          "model: is the base of adapters, and " + folder + " is a model itself; leave it out");
    }
    Path model = adapter ? base.get() : folder;
    Optional<Path> on = Optional.of(folder).filter(each -> adapter);
    try (Tokenizer tokenizer = Tokenizer.load(AddedTokens.tokenizer(model, on));
        CausalLm loaded = CausalLm.load(model, dtype);
        LoadedAdapter adapted = LoadedAdapter.of(loaded, tokenizer, on, Optional.empty())) {
      double loss =
          new LossEvaluation(EncodedExamples.all(JobRows.files(List.of(rows)), tokenizer, config))
              .evaluate(adapted.model())
              .get("eval_loss");
      console.say(String.format(Locale.ROOT, "%s: loss %.4f", folder, loss));
      return loss;
    }
  }

  private void tell(Path output, List<Path> kept, Optional<Double> loss) {
    if (!json()) {
      console.out().println(output);
      return;
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("folder", output.toString());
    line.put("checkpoints", kept.stream().map(Path::toString).toList());
    loss.ifPresent(value -> line.put("eval_loss", value));
    console.json(line);
  }
}
