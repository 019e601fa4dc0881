package org.tune4j.examples.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NearestName;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.WeightFormat;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.rlhf.reward.Reward;
import org.tune4j.rlhf.reward.RewardLimits;
import org.tune4j.rlhf.reward.RewardScorer;
import org.tune4j.rlhf.reward.RewardTerm;
import org.tune4j.rlhf.reward.model.ModelReward;
import org.tune4j.rlhf.reward.verify.JavaSandbox;
import org.tune4j.rlhf.reward.verify.JavaTestReward;
import org.tune4j.rlhf.reward.verify.JsonSchemaReward;
import org.tune4j.rlhf.reward.verify.NumericAnswer;
import org.tune4j.rlhf.reward.verify.PatternReward;
import org.tune4j.rlhf.reward.verify.SandboxLimits;

/** Rewards that the command line can name: reward models, and verifiers. */
final class RewardFunctions implements AutoCloseable {
  private static final String GROUP = "reward";

  static final List<Setting> TABLE =
      List.of(
          new Setting(
              "reward_model",
              GROUP,
              "DIR,…",
              "Models with a head of one number, as reward --method full writes them."),
          new Setting(
              "reward_funcs",
              GROUP,
              "NAME,…",
              "Verifiers: numeric_answer, pattern, think_format, json_schema, java_test."),
          new Setting(
              "reward_weights",
              GROUP,
              "X,…",
              "What the rewards are multiplied with, models first. Default 1 each."),
          new Setting(
              "reward_column",
              GROUP,
              "NAME",
              "The column that numeric_answer and java_test check against. Default answer."),
          new Setting(
              "reward_pattern",
              GROUP,
              "REGEX",
              "Of pattern: what the whole response has to match."),
          new Setting("reward_schema", GROUP, "FILE", "Of json_schema: the schema."));

  private static final List<String> NAMES =
      List.of("numeric_answer", "pattern", "think_format", "json_schema", "java_test");

  /** Who reads a setting. */
  private static final Map<String, List<String>> READERS =
      new TreeMap<>(
          Map.of(
              "reward_column", List.of("numeric_answer", "java_test"),
              "reward_pattern", List.of("pattern"),
              "reward_schema", List.of("json_schema")));

  private final List<RewardTerm> terms = new ArrayList<>();
  private final List<String> identity = new ArrayList<>();
  private final Deque<Runnable> opened = new ArrayDeque<>();

  private final Consumer<String> say;

  private RewardFunctions(Consumer<String> say) {
    this.say = say;
  }

  /** Bytes of the reward models that settings name, before they are loaded. */
  static long bytes(Settings settings) {
    long bytes = 0;
    for (Path folder : settings.paths("reward_model")) {
      Architecture model = Architectures.read(folder, task(folder));
      bytes += WeightFormat.PLAIN.bytes(model, DType.FLOAT32);
    }
    return bytes;
  }

  /**
   * Opens what settings name.
   *
   * @param policy whose texts are judged
   * @param say is told what a user should know of them
   * @throws ConfigException if nothing is named, or something that is not there
   */
  static RewardFunctions open(Settings settings, Tokenizer policy, Consumer<String> say) {
    RewardFunctions all = new RewardFunctions(say);
    try {
      String device = settings.text("device").orElse("cpu");
      for (Path folder : settings.paths("reward_model")) {
        all.addModel(folder, device, policy);
      }
      List<String> functions = new ArrayList<>();
      settings.list("reward_funcs", functions::addAll);
      requireRead(settings, functions);
      functions.forEach(name -> all.addFunction(name, settings));
      all.weigh(settings);
      return all;
    } catch (RuntimeException e) {
      all.close();
      throw e;
    }
  }

  /** Refuses what no function looks at. */
  private static void requireRead(Settings settings, List<String> functions) {
    READERS.forEach(
        (name, readers) -> {
          if (settings.has(name) && Collections.disjoint(readers, functions)) {
            throw new ConfigException(
                "%s is read by %s, and reward_funcs names none of them"
                    .formatted(name, String.join(" and ", readers)));
          }
        });
  }

  private static HeadTask task(Path folder) {
    HeadTask task = PredictCommand.task(folder, Optional.empty());
    if (!(task instanceof HeadTask.Regression)) {
      throw new ConfigException(
          "reward_model: %s: has a head of %s; wanted is one that gives one number"
              .formatted(folder, task.labels().names()));
    }
    return task;
  }

  private void addModel(Path folder, String device, Tokenizer policy) {
    CausalLm model = CausalLm.load(folder, DType.FLOAT32, device, task(folder), 0);
    opened.push(model::close);
    BoundModel bound = new BoundModel(model, null, null);
    opened.push(bound::close);
    Tokenizer tokenizer = Tokenizer.load(folder);
    opened.push(tokenizer::close);
    // How the policy reads rows is not how it does, nor is a text as long in its own tokens.
    DataConfig whole = DataConfig.builder().maxLength(model.architecture().maxPositions()).build();
    ModelReward reward = new ModelReward(bound, tokenizer, whole);
    reward.bridge(policy).ifPresent(say);
    terms.add(RewardTerm.of(folder.toString(), reward));
    identity.add("model " + model.configSha256() + " " + model.weightsFingerprint());
  }

  private void addFunction(String name, Settings settings) {
    String column = settings.text("reward_column").orElse("answer");
    String detail = "";
    Reward reward;
    switch (name) {
      case "numeric_answer" -> {
        reward = new NumericAnswer(column);
        detail = column;
      }
      case "java_test" -> {
        JavaSandbox sandbox = new JavaSandbox(SandboxLimits.DEFAULT);
        say.accept("java_test: " + String.join(" ", sandbox.notPrevented()));
        reward = new JavaTestReward(column, sandbox);
        detail = column;
      }
      case "think_format", "think_format_reward" -> reward = PatternReward.thinkFormat();
      case "pattern" -> {
        detail =
            settings
                .text("reward_pattern")
                .orElseThrow(
                    () -> new ConfigException("reward_funcs: pattern needs reward_pattern"));
        reward = new PatternReward(detail);
      }
      case "json_schema" -> {
        detail = schema(settings);
        reward = new JsonSchemaReward(detail);
      }
      default ->
          throw new ConfigException(
              "reward_funcs: wanted some of %s, found '%s'; the nearest is %s"
                  .formatted(NAMES, name, NearestName.of(name, new TreeSet<>(NAMES))));
    }
    terms.add(RewardTerm.of(name, reward));
    identity.add((name + " " + detail).strip());
  }

  private static String schema(Settings settings) {
    Path file =
        settings
            .path("reward_schema")
            .orElseThrow(
                () -> new ConfigException("reward_funcs: json_schema needs reward_schema"));
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new StorageException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private void weigh(Settings settings) {
    if (terms.isEmpty()) {
      throw new ConfigException(
          "--reward-model or --reward-funcs is missing: what says what a response is worth");
    }
    settings.list(
        "reward_weights",
        texts -> {
          if (texts.size() != terms.size()) {
            throw new ConfigException(
                "reward_weights: wanted one for each reward, %d; found %d"
                    .formatted(terms.size(), texts.size()));
          }
          for (int i = 0; i < texts.size(); i++) {
            double weight = weight(texts.get(i));
            terms.set(i, terms.get(i).weighing(weight));
            identity.set(i, identity.get(i) + " times " + weight);
          }
        });
  }

  private static double weight(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new ConfigException("reward_weights: wanted numbers, found '" + text + "'", e);
    }
  }

  /** What scores depend on. */
  String identity() {
    return String.join("; ", identity);
  }

  /** Scores by the sum of them; to be closed. */
  RewardScorer scorer() {
    return new RewardScorer(terms, RewardLimits.DEFAULT);
  }

  /** As a configuration file has it. */
  static Map<String, Object> resolved(Settings settings) {
    Map<String, Object> values = new LinkedHashMap<>();
    List<Path> models = settings.paths("reward_model");
    if (!models.isEmpty()) {
      values.put("reward_model", models.stream().map(Path::toString).toList());
    }
    for (String name : List.of("reward_funcs", "reward_weights")) {
      settings.list(name, texts -> values.put(name, texts));
    }
    for (String name : List.of("reward_column", "reward_pattern", "reward_schema")) {
      settings.text(name, text -> values.put(name, text));
    }
    return values;
  }

  @Override
  public void close() {
    opened.forEach(Runnable::run);
  }
}
