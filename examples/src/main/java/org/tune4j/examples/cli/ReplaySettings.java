package org.tune4j.examples.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.data.source.BadRows;
import org.tune4j.engine.data.source.Mixture;
import org.tune4j.engine.data.source.RowTable;
import org.tune4j.engine.data.source.RowTables;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.trainer.SelfReplay;

/**
 * Rows of old tasks that are mixed into those of the new one.
 *
 * @param data files of them
 * @param prompts of old tasks, which the model answers itself before it learns
 * @param maxNewTokens its longest answer
 * @param share of all rows that is old
 */
record ReplaySettings(List<Path> data, Optional<Path> prompts, int maxNewTokens, double share) {
  private static final String SHARE = "replay_share";
  private static final int MAX_NEW_TOKENS = 256;
  private static final int BATCH = 16;

  static List<Setting> table(String group) {
    return List.of(
        new Setting(
            "replay_data",
            group,
            "FILE,…",
            "Rows of old tasks, mixed into those of --data so that they are not forgotten; by their"
                + " usual column names."),
        new Setting(
            "replay_prompts",
            group,
            "FILE",
            "Rows with prompts of old tasks: the model answers them before it learns, and the"
                + " answers (RUN/replay.jsonl) are mixed in."),
        new Setting(
            "replay_max_new_tokens",
            group,
            "N",
            "Its longest answer; one that has not ended by then is left out. Default 256."),
        new Setting(
            SHARE,
            group,
            "P",
            "Share of all rows that is old. Each row of --data is learned once an epoch; old rows"
                + " come again when they are used up."));
  }

  /**
   * What was asked for.
   *
   * @throws ConfigException if the settings do not go together
   */
  static ReplaySettings of(Settings settings) {
    List<Path> data = settings.paths("replay_data");
    Optional<Path> prompts = settings.path("replay_prompts");
    double[] share = {0};
    settings.number(SHARE, value -> share[0] = value);
    if ((!data.isEmpty() || prompts.isPresent()) != settings.has(SHARE)) {
      throw new ConfigException(
          "replay_data (or replay_prompts) and replay_share need each other: which rows, and how"
              + " many");
    }
    if (settings.has(SHARE) && !(share[0] > 0 && share[0] < 1)) {
      throw new ConfigException(
          "replay_share: wanted above 0 and below 1, found %s".formatted(share[0]));
    }
    OptionalInt[] longest = {OptionalInt.empty()};
    settings.integer("replay_max_new_tokens", value -> longest[0] = OptionalInt.of(value));
    if (longest[0].isPresent() && prompts.isEmpty()) {
      throw new ConfigException(
          "replay_max_new_tokens needs replay_prompts, the prompts that are answered");
    }
    return new ReplaySettings(data, prompts, longest[0].orElse(MAX_NEW_TOKENS), share[0]);
  }

  private static Path answers(Path output) {
    return output.resolve("replay.jsonl");
  }

  /** Has the model answer the prompts, unless a run that goes on did already. */
  void answer(SftJob job, DType dtype, Tokenizer tokenizer, Console console) {
    if (prompts.isEmpty()) {
      return;
    }
    if (job.resume() && Files.exists(answers(job.output()))) {
      console.say("replay: " + answers(job.output()) + " is taken as it is");
      return;
    }
    GenerationConfig config = GenerationConfig.builder().maxNewTokens(maxNewTokens).build();
    try (CausalLm base = SftCommand.base(job, dtype, tokenizer);
        BoundModel model = new BoundModel(base, null, null)) {
      Files.createDirectories(job.output());
      int rows =
          new SelfReplay(tokenizer, job.rows(), config, BATCH)
              .write(model, JobRows.files(List.of(prompts.get())), answers(job.output()));
      console.say("replay: %d answers of the model's own".formatted(rows));
    } catch (IOException e) {
      throw new StorageException(job.output() + ": cannot be made: " + e.getMessage(), e);
    }
  }

  /**
   * The files that old rows come from.
   *
   * @param output the run's folder, in which the model's own answers are, once there are some
   */
  List<Path> files(Optional<Path> output) {
    List<Path> files = new ArrayList<>(data);
    prompts
        .flatMap(file -> output)
        .map(ReplaySettings::answers)
        .filter(Files::exists)
        .ifPresent(files::add);
    return files;
  }

  /**
   * The rows with the old ones among them; closes what it was given if it fails.
   *
   * @param output the run's folder
   */
  JobRows over(JobRows rows, Optional<Path> output, BadRows bad, long seed) {
    List<Path> files = files(output);
    if (files.isEmpty()) {
      return rows;
    }
    Set<RowTable> opened = new LinkedHashSet<>(rows.opened());
    try {
      RowTable learned = RowTables.of(bad, rows.train());
      opened.add(learned);
      RowTable old = RowTables.of(bad, JobRows.files(files));
      opened.add(old);
      Map<String, RowTable> tables = new LinkedHashMap<>(); // The new rows first: they say the end.
      tables.put("data", learned);
      tables.put("replay", old);
      Mixture mixture =
          new Mixture(
              tables,
              Map.of("data", 1 - share, "replay", share),
              seed,
              Mixture.Stopping.FIRST_TABLE_EXHAUSTED);
      opened.removeAll(tables.values()); // It closes them.
      opened.add(mixture);
      return new JobRows(mixture, rows.heldOut(), List.copyOf(opened));
    } catch (RuntimeException | Error e) {
      opened.forEach(RowTable::close);
      throw e;
    }
  }

  /** As a configuration file has it. */
  Map<String, Object> resolved() {
    Map<String, Object> values = new LinkedHashMap<>();
    if (!data.isEmpty()) {
      values.put("replay_data", data.stream().map(Path::toString).toList());
    }
    prompts.ifPresent(
        path -> {
          values.put("replay_prompts", path.toString());
          values.put("replay_max_new_tokens", maxNewTokens);
        });
    if (share > 0) {
      values.put(SHARE, share);
    }
    return values;
  }
}
