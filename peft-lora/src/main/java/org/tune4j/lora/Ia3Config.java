package org.tune4j.lora;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.adapt.SiteKernel;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.TensorSlot;

/**
 * (IA)^3 (Liu et al., 2022): learned vectors that scale keys, values and what feed-forward layers
 * read.
 *
 * @param targetModules the layers that are scaled; null for the model family's
 * @param excludeModules those that are not all the same; null for none
 * @param feedforwardModules those of them whose inputs are scaled, and not their outputs; null for
 *     the model family's
 * @param modulesToSave modules that are trained as full copies, by the last steps of their path
 * @param initIa3Weights whether all vectors begin as ones, so that the model begins as the base;
 *     else they are random
 */
public record Ia3Config(
    TargetModules targetModules,
    TargetModules excludeModules,
    TargetModules feedforwardModules,
    List<String> modulesToSave,
    boolean initIa3Weights)
    implements WeightMethod {
  static final Set<String> KEYS =
      Set.of(
          "target_modules",
          "exclude_modules",
          "feedforward_modules",
          "modules_to_save",
          "init_ia3_weights");

  /** PEFT's, of which the last is the feed-forward layer. */
  private static final Map<String, List<String>> TARGETS =
      Map.ofEntries(
          Map.entry("bert", List.of("key", "value", "output.dense")),
          Map.entry("gemma2", List.of("q_proj", "v_proj", "down_proj")),
          Map.entry("gpt2", List.of("c_attn", "mlp.c_proj")),
          Map.entry("gpt_neox", List.of("query_key_value", "dense_4h_to_h")),
          Map.entry("llama", List.of("k_proj", "v_proj", "down_proj")),
          Map.entry("mistral", List.of("k_proj", "v_proj", "down_proj")),
          Map.entry("qwen2", List.of("q_proj", "v_proj", "down_proj")),
          Map.entry("qwen3", List.of("q_proj", "v_proj", "down_proj")),
          Map.entry("roberta", List.of("key", "value", "output.dense")));

  public Ia3Config {
    modulesToSave = List.copyOf(modulesToSave);
    if (targetModules instanceof TargetModules.Names targets
        && feedforwardModules instanceof TargetModules.Names inner
        && !targets.names().containsAll(inner.names())) {
      throw new ConfigException(
          "feedforward_modules: wanted some of target_modules %s, found %s"
              .formatted(targets.names(), inner.names()));
    }
  }

  /** The layers that PEFT takes for the model's family. */
  public Ia3Config() {
    this(null, null, null, List.of(), true);
  }

  static Ia3Config read(AdapterJson json) {
    return new Ia3Config(
        json.modules("target_modules"),
        json.modules("exclude_modules"),
        json.modules("feedforward_modules"),
        json.names("modules_to_save"),
        json.flag("init_ia3_weights", true));
  }

  @Override
  public String peftType() {
    return "IA3";
  }

  @Override
  public WeightAdapter on(Architecture architecture) {
    return new Adapter(this, architecture);
  }

  @Override
  public Map<String, Object> keys(WeightAdapter adapter) {
    Adapter own = (Adapter) adapter;
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("target_modules", own.targets.written());
    keys.put("feedforward_modules", own.inner.written());
    if (excludeModules != null) {
      keys.put("exclude_modules", excludeModules.written());
    }
    if (!initIa3Weights) {
      keys.put("init_ia3_weights", false);
    }
    return keys;
  }

  private static TargetModules.Names usual(
      String key, Architecture architecture, boolean innerOnly) {
    List<String> targets = TARGETS.get(architecture.modelType());
    if (targets == null) {
      throw new ConfigException(
          "%s: IA3 has no usual ones for %s; name them".formatted(key, architecture.modelType()));
    }
    return new TargetModules.Names(
        innerOnly ? targets.subList(targets.size() - 1, targets.size()) : targets);
  }

  /** IA3 on one model. */
  private static final class Adapter extends SiteAdapter {
    private final Ia3Config config;
    private final TargetModules targets;
    private final TargetModules inner;
    private final ModuleSites sites;

    Adapter(Ia3Config config, Architecture architecture) {
      this.config = config;
      this.targets =
          Optional.ofNullable(config.targetModules)
              .orElseGet(() -> usual("target_modules", architecture, false));
      this.inner =
          Optional.ofNullable(config.feedforwardModules)
              .orElseGet(() -> amongTargets(usual("feedforward_modules", architecture, true)));
      List<String> existing = ModuleSites.linear(targets, architecture);
      this.sites =
          new ModuleSites(
              new ModuleSites.Choice(
                  targets, config.excludeModules, config.modulesToSave, List.of()),
              architecture,
              existing);
      sites.requireAny(existing);
      forEachGroup(architecture, this::join);
    }

    private void join(LinearGroup group) {
      Layers adapted = Layers.of(group, sites);
      if (adapted.layers().isEmpty()) {
        return;
      }
      List<TensorSlot> vectors = new ArrayList<>();
      List<String> isInner = new ArrayList<>();
      long scaled = 0;
      for (LinearLayer layer : adapted.layers()) {
        boolean feedForward = isInner(layer.module());
        String name = PeftFiles.PREFIX + layer.module() + ".ia3_l";
        vectors.add(
            gate(
                undecayed(
                    feedForward
                        ? TensorSlot.whole(name, 1, layer.inputs())
                        : TensorSlot.whole(name, layer.outputs(), 1)),
                1));
        isInner.add(feedForward ? "True" : "False");
        scaled += feedForward ? 0 : layer.outputs();
      }
      // The gradient of what was scaled is scaled in a copy.
      put(
          group.name(),
          new SiteKernel(
                  "ia3",
                  "%s, %s, %s".formatted(adapted.starts(), adapted.ends(), isInner),
                  vectors,
                  scaled == 0 ? List.of() : List.of(new SiteKernel.Saved(scaled, false)))
              .holding(group.outputs()));
    }

    /** Of the family's, those that are adapted: others are none that a file may name. */
    private TargetModules amongTargets(TargetModules.Names usual) {
      return targets instanceof TargetModules.Names names
          ? new TargetModules.Names(usual.names().stream().filter(names.names()::contains).toList())
          : usual;
    }

    /** As PEFT has it: by the end of a path, or by an expression for all of it. */
    private boolean isInner(String module) {
      return inner instanceof TargetModules.Names names
          ? names.names().stream().anyMatch(module::endsWith)
          : inner.matches(module);
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
      return sites.trainedWeights((tensor, module) -> false);
    }

    @Override
    public float[] initialValue(TensorSlot parameter, long seed) {
      float[] values = new float[Math.toIntExact(parameter.elements())];
      Arrays.fill(values, 1);
      if (!config.initIa3Weights) {
        SplittableRandom random = random(parameter, seed);
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) random.nextGaussian();
        }
      }
      return values;
    }
  }
}
