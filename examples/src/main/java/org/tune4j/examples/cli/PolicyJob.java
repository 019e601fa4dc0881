package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.full.FullModel;
import org.tune4j.lora.LoraConfig;
import org.tune4j.lora.WeightMethod;
import org.tune4j.lora.WeightMethods;
import org.tune4j.rlhf.ppo.Sampling;
import org.tune4j.rlhf.rollout.Prompts;

/**
 * A run of a policy that learns from rewards, as it was ordered.
 *
 * @param base what every run is told
 * @param method by which it learns
 * @param sampling how it is asked
 * @param adapter that is gone on with
 * @param refModel a reference of its own
 */
record PolicyJob(
    SftJob base,
    PolicyMethod method,
    Sampling sampling,
    Optional<Path> adapter,
    Optional<Path> refModel) {

  /**
   * A job.
   *
   * @param base what every run is told
   */
  static PolicyJob of(Settings settings, SftJob base, PolicyMethod method) {
    PolicyJob job =
        new PolicyJob(
            base,
            method,
            method.sampling(base.train()),
            settings.path("adapter"),
            settings.path("ref_model"));
    if (job.adapter.isPresent()) {
      job.requireOnlyTheAdapter(settings);
    }
    if (base.lora().loraDropout() > 0) {
      throw new ConfigException(
          "lora_dropout: the probabilities that are learned from have to be those that the policy spoke with; wanted 0, found "
              + base.lora().loraDropout());
    }
    LoraConfig.Init init = base.lora().initLoraWeights();
    if (init != LoraConfig.Init.DEFAULT && init != LoraConfig.Init.GAUSSIAN) {
      throw new ConfigException(
          "init_lora_weights: the policy has to begin as its reference; wanted true or gaussian");
    }
    return job;
  }

  private void requireOnlyTheAdapter(Settings settings) {
    if (base.full().isPresent()) {
      throw new ConfigException("adapter does not go with method full; take one of them out");
    }
    SftSettings.METHOD.stream()
        .filter(each -> each.group().equals(SftSettings.LORA) && settings.has(each.name()))
        .findFirst()
        .ifPresent(
            each -> {
              throw new ConfigException(
                  each.name() + " is what the adapter says that is gone on with; take it out");
            });
  }

  /** What is trained of a model, before there is one. */
  Adapter trained(Architecture model) {
    if (base.full().isPresent()) {
      return FullModel.adapter(model, base.full().get());
    }
    WeightMethod method = base.lora();
    if (adapter.isPresent()) {
      Path file = adapter.get().resolve("adapter_config.json");
      method = WeightMethods.read(file, PeftFiles.readConfig(adapter.get()));
    }
    return method.on(model);
  }

  Prompts prompts(ExampleSource rows, Tokenizer tokenizer, Architecture model) {
    return sampling.prompts(rows, tokenizer, base.rows(), model, base.train().seed());
  }

  /**
   * Every setting with the value it has now, as a configuration file of the command has it.
   *
   * @param table what the command can be told
   */
  Map<String, Object> resolved(List<Setting> table, Settings settings, String precision) {
    Set<String> known = table.stream().map(Setting::name).collect(Collectors.toSet());
    Map<String, Object> groups = new LinkedHashMap<>();
    base.resolved(precision, base.rows(), base.train())
        .forEach(
            (group, values) -> {
              Map<Object, Object> kept = new LinkedHashMap<>((Map<?, ?>) values);
              kept.keySet().removeIf(name -> !known.contains(name));
              groups.put(group, kept);
            });
    if (adapter.isPresent()) {
      groups.remove(SftSettings.LORA);
    }
    Map<String, Object> models = new LinkedHashMap<>();
    adapter.ifPresent(path -> models.put("adapter", path.toString()));
    refModel.ifPresent(path -> models.put("ref_model", path.toString()));
    method.critic().ifPresent(path -> models.put("critic", path.toString()));
    groups.put(PolicySettings.MODELS, models);
    groups.put("reward", RewardFunctions.resolved(settings));
    groups.put(method.name(), method.resolved());
    return groups;
  }
}
