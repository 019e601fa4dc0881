package org.tune4j.examples.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.Examples;
import org.tune4j.engine.data.form.FormText;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.generate.Beam;
import org.tune4j.engine.generate.BeamConfig;
import org.tune4j.engine.generate.BeamSearch;
import org.tune4j.engine.generate.FinishReason;
import org.tune4j.engine.generate.Generated;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.tokenize.Tokenizer;
import picocli.CommandLine.Command;

/** {@code tune4j generate}: continues prompts. */
@Command(
    name = "generate",
    description = {
      "Continues prompts with a model, with or without an adapter.",
      "The prompt is given to the model as it stands; names of special tokens in it mean these."
    })
final class GenerateCommand extends SettingsCommand {
  private static final int DEFAULT_BATCH = 16;
  private static final List<Setting> TABLE =
      GenerationSettings.with(
          new Setting("prompt", "prompts", "TEXT", "The text to continue."),
          new Setting(
              "prompts",
              "prompts",
              "FILE",
              "Several: a prompt a line, or the prompts of the rows of a .jsonl file."),
          new Setting("batch_size", "prompts", "N", "Prompts at a time. Default 16."),
          new Setting(
              "num_beams",
              "beams",
              "N",
              "Search along N continuations at once for the most probable. Default 1: no search."),
          new Setting(
              "length_penalty",
              "beams",
              "X",
              "A continuation's score is divided by its length to this power. Default 1."),
          new Setting(
              "early_stopping",
              "beams",
              "true|false|never",
              "Stop when N have ended, when a better one is unlikely (false, default), or when none"
                  + " can come."));

  GenerateCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  int run(Settings settings) {
    List<String> prompts = prompts(settings.text("prompt"), settings.path("prompts"));
    int[] batch = {DEFAULT_BATCH};
    settings.integer("batch_size", value -> batch[0] = value);
    if (batch[0] < 1) {
      throw new ConfigException("batch_size: wanted at least 1, found " + batch[0]);
    }
    try (LoadedModel loaded = LoadedModel.of(settings)) {
      Optional<BeamConfig> beams = GenerationSettings.beams(settings, loaded.ends());
      GenerationConfig config = GenerationSettings.config(settings, loaded.ends());
      Generator generator = new Generator(loaded.model());
      for (int from = 0; from < prompts.size(); from += batch[0]) {
        List<String> part = prompts.subList(from, Math.min(prompts.size(), from + batch[0]));
        if (beams.isPresent()) {
          search(part, loaded, beams.get());
        } else {
          answer(part, from, loaded.tokenizer(), generator, config);
        }
      }
    }
    return 0;
  }

  private void search(List<String> prompts, LoadedModel loaded, BeamConfig config) {
    List<List<Beam>> all =
        new BeamSearch(loaded.model()).search(ids(prompts, loaded.tokenizer()), config);
    for (int i = 0; i < prompts.size(); i++) {
      Beam best = all.get(i).get(0);
      int[] ids = best.newIds();
      boolean ended = loaded.ends().contains(ids[ids.length - 1]);
      tell(
          prompts.get(i),
          loaded.tokenizer().decode(ids, true),
          ids.length,
          ended ? FinishReason.END_OF_TEXT : FinishReason.LENGTH,
          Map.of("score", best.score()));
    }
  }

  private static List<int[]> ids(List<String> prompts, Tokenizer tokenizer) {
    return prompts.stream().map(text -> tokenizer.encode(text, true).ids()).toList();
  }

  private void answer(
      List<String> prompts,
      long first,
      Tokenizer tokenizer,
      Generator generator,
      GenerationConfig config) {
    long[] promptIds = LongStream.range(first, first + prompts.size()).toArray();
    List<Generated> all =
        generator.generate(
            tokenizer, ids(prompts, tokenizer), promptIds, config, (row, piece) -> {});
    for (int i = 0; i < all.size(); i++) {
      Generated generated = all.get(i);
      tell(
          prompts.get(i),
          tokenizer.decode(generated.newIds(), true),
          generated.newIds().length,
          generated.finishReason(),
          Map.of());
    }
  }

  private void tell(
      String prompt, String text, int newTokens, FinishReason reason, Map<String, Object> more) {
    if (json()) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("prompt", prompt);
      line.put("text", text);
      line.put("new_tokens", newTokens);
      line.put("finish_reason", reason.name().toLowerCase(Locale.ROOT));
      line.putAll(more);
      console.json(line);
    } else {
      console.out().println(text);
    }
  }

  /** The prompts that a call names, in one of two ways. */
  static List<String> prompts(Optional<String> prompt, Optional<Path> file) {
    if (prompt.isPresent() == file.isPresent()) {
      throw new ConfigException("wanted either --prompt TEXT or --prompts FILE");
    }
    return prompt.map(List::of).orElseGet(() -> read(file.get()));
  }

  /** A prompt a line, or those of rows. */
  static List<String> read(Path file) {
    List<String> prompts = new ArrayList<>();
    if (file.toString().endsWith(".jsonl")) {
      try (Examples rows = Examples.of(new DataFiles().open(file), DataConfig.DEFAULT)) {
        rows.all().forEach(row -> prompts.add(FormText.of(row.form()).prompt()));
      }
    } else {
      try {
        Files.readAllLines(file, StandardCharsets.UTF_8).stream()
            .filter(line -> !line.isBlank())
            .forEach(prompts::add);
      } catch (IOException e) {
        throw new StorageException(file + ": cannot be read: " + e.getMessage(), e);
      }
    }
    if (prompts.isEmpty() || prompts.contains("")) {
      throw new ConfigException(file + ": wanted prompts, found none or an empty one");
    }
    return prompts;
  }
}
