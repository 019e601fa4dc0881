package org.tune4j.lora;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.adapt.SavedModules;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.NormSpec;
import org.tune4j.engine.model.TensorSlot;

/**
 * LN-tuning (Zhao et al., 2024): the weights, and the biases where there are any, of norms are
 * trained, and nothing else.
 *
 * @param targetModules the norms; null for what PEFT takes for the model's family: all, but of Qwen
 *     those before the feed-forward layers
 * @param excludeModules those that are not all the same; null for none
 * @param modulesToSave modules that are trained besides, by the last steps of their path
 */
public record LnTuningConfig(
    TargetModules targetModules, TargetModules excludeModules, List<String> modulesToSave)
    implements WeightMethod {
  static final Set<String> KEYS = Set.of("target_modules", "exclude_modules", "modules_to_save");
  private static final Set<String> QWEN = Set.of("qwen2", "qwen3");

  public LnTuningConfig {
    modulesToSave = List.copyOf(modulesToSave);
    if (targetModules instanceof TargetModules.AllLinear) {
      throw new ConfigException(
          "target_modules: LN-tuning trains norms, found "
              + TargetModules.ALL_LINEAR
              + "; leave it out for all norms");
    }
  }

  /** All norms. */
  public LnTuningConfig() {
    this(null, null, List.of());
  }

  static LnTuningConfig read(AdapterJson json) {
    return new LnTuningConfig(
        json.modules("target_modules"),
        json.modules("exclude_modules"),
        json.names("modules_to_save"));
  }

  @Override
  public String peftType() {
    return "LN_TUNING";
  }

  @Override
  public WeightAdapter on(Architecture architecture) {
    return new Adapter(this, architecture);
  }

  @Override
  public Map<String, Object> keys(WeightAdapter adapter) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("target_modules", AdapterJson.written(targetModules, adapter.modules()));
    if (excludeModules != null) {
      keys.put("exclude_modules", excludeModules.written());
    }
    return keys;
  }

  /** The norms of one model. It computes nothing: the model's own kernels know trained norms. */
  private static final class Adapter extends SiteAdapter {
    private final LnTuningConfig config;
    private final ModuleSites sites;

    Adapter(LnTuningConfig config, Architecture architecture) {
      this.config = config;
      List<NormSpec> norms = new ArrayList<>(architecture.embedding().norm().stream().toList());
      architecture.blocks().forEach(block -> norms.addAll(block.norms()));
      architecture.finalNorm().ifPresent(norms::add);
      List<String> existing = norms.stream().map(NormSpec::module).toList();
      requireNorms(architecture, existing);
      this.sites =
          new ModuleSites(
              new ModuleSites.Choice(
                  Optional.ofNullable(config.targetModules).orElseGet(() -> usual(architecture)),
                  config.excludeModules,
                  config.modulesToSave,
                  List.of()),
              architecture,
              existing);
      sites.requireAny(existing);
    }

    /**
     * PEFT trains other modules that are named whole; here {@code modules_to_save} is for these.
     */
    private void requireNorms(Architecture architecture, List<String> norms) {
      if (config.targetModules == null) {
        return;
      }
      for (String module : SavedModules.of(architecture)) {
        boolean excluded = config.excludeModules != null && config.excludeModules.matches(module);
        if (config.targetModules.matches(module) && !excluded && !norms.contains(module)) {
          throw new ConfigException(
              "target_modules: LN-tuning trains norms, found %s; modules_to_save trains it whole"
                  .formatted(module));
        }
      }
    }

    private static TargetModules usual(Architecture architecture) {
      return QWEN.contains(architecture.modelType())
          ? TargetModules.of("post_attention_layernorm")
          : new TargetModules.AllLinear();
    }

    @Override
    public WeightMethod method() {
      return config;
    }

    @Override
    ModuleSites targeted() {
      return sites;
    }

    @Override
    public List<Trainable> trainedWeights() {
      return sites.trainedWeights((tensor, module) -> sites.isAdapted(module));
    }

    @Override
    public String fileName(String tensor) {
      int leaf = tensor.lastIndexOf('.');
      String module = tensor.substring(0, leaf);
      return sites.isAdapted(module)
          ? PeftFiles.PREFIX + module + ".ln_tuning_layers" + tensor.substring(leaf)
          : PeftFiles.PREFIX + tensor;
    }

    @Override
    public float[] initialValue(TensorSlot parameter, long seed) {
      throw new IllegalArgumentException("There is no parameter " + parameter.name());
    }
  }
}
