package org.tune4j.lora;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.SiteKernel;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.TensorSlot;

/**
 * AdaLoRA (Zhang et al., 2023): an update in the form of a singular value decomposition, of which
 * the least important values of all layers are taken away while it learns.
 *
 * @param initR rank at the beginning
 * @param targetR rank at the end, on average over layers
 * @param loraAlpha the update is scaled by it, divided by {@code init_r}
 * @param loraDropout share of the input's entries that the update does not see in training
 * @param schedule when ranks fall
 * @param beta1 what an update leaves of the average of importance
 * @param beta2 what it leaves of the average of how uncertain that is
 * @param orthRegWeight what the loss has besides: so much times the factors' mean distance from
 *     orthogonal ones
 * @param bias which biases are trained along: none, all or lora_only
 * @param initLoraWeights whether the model begins as the base; else the values are random, too
 * @param rankPattern of a file that has only what was kept: of which triplets, by the name of a
 *     layer's values; such an adapter is not trained further
 */
public record AdaloraConfig(
    TargetLayers layers,
    int initR,
    int targetR,
    double loraAlpha,
    double loraDropout,
    Schedule schedule,
    double beta1,
    double beta2,
    double orthRegWeight,
    String bias,
    boolean initLoraWeights,
    Map<String, Integer> rankPattern)
    implements WeightMethod {
  /** Those of LoRA's that PEFT writes and that say nothing here are among them. */
  static final Set<String> KEYS =
      TargetLayers.keysAnd(
          Set.of(
              "init_r",
              "target_r",
              "lora_alpha",
              "lora_dropout",
              "tinit",
              "tfinal",
              "deltaT",
              "total_step",
              "beta1",
              "beta2",
              "orth_reg_weight",
              "bias",
              "init_lora_weights",
              "rank_pattern",
              "r",
              "megatron_core",
              "qalora_group_size"));

  private static final List<String> ROBERTA = List.of("query", "key", "value", "dense");

  /**
   * When ranks fall, in updates, of which the first is 0.
   *
   * @param totalStep how many there are
   * @param tinit how many before they fall
   * @param tfinal how many after they have fallen
   * @param deltaT how many between two allocations
   */
  public record Schedule(int totalStep, int tinit, int tfinal, int deltaT) {
    public Schedule {
      LayerAdapter.requireWithin("total_step", 1, Integer.MAX_VALUE, totalStep);
      LayerAdapter.requireWithin("tinit", 0, Integer.MAX_VALUE, tinit);
      LayerAdapter.requireWithin("tfinal", 0, Integer.MAX_VALUE, tfinal);
      LayerAdapter.requireWithin("deltaT", 1, Integer.MAX_VALUE, deltaT);
      if (tinit >= (long) totalStep - tfinal) {
        throw new ConfigException(
            "total_step: wanted above tinit + tfinal, so that ranks can fall, found %d with %d and %d"
                .formatted(totalStep, tinit, tfinal));
      }
    }

    /** The update after which ranks stay. */
    int last() {
      return totalStep - tfinal;
    }

    /** What is kept after an update: all until {@link #tinit}, then fewer by a cubic curve. */
    int budget(long update, int first, int target) {
      if (update <= tinit) {
        return first;
      }
      double left = 1 - (double) (update - tinit) / (last() - tinit);
      return (int) ((first - target) * left * left * left + target);
    }

    /** Whether triplets are chosen anew after an update. */
    boolean allocates(long update) {
      return update == last() || update > tinit && update < last() && update % deltaT == 0;
    }
  }

  public AdaloraConfig {
    rankPattern = java.util.Collections.unmodifiableMap(new TreeMap<>(rankPattern));
    LayerAdapter.requireWithin("init_r", 1, 1 << 12, initR);
    LayerAdapter.requireWithin("target_r", 1, initR, targetR);
    if (!(loraAlpha > 0 && Double.isFinite(loraAlpha))) {
      throw new ConfigException("lora_alpha: wanted above 0, found " + loraAlpha);
    }
    LayerAdapter.requireShare("lora_dropout", loraDropout);
    requireDecay("beta1", beta1);
    requireDecay("beta2", beta2);
    if (!(orthRegWeight >= 0 && Double.isFinite(orthRegWeight))) {
      throw new ConfigException("orth_reg_weight: wanted at least 0, found " + orthRegWeight);
    }
    LayerAdapter.requireBias(bias, "lora_only");
  }

  /** PEFT's defaults. */
  public AdaloraConfig(int totalStep, TargetModules targetModules) {
    this(
        new TargetLayers(targetModules),
        12,
        8,
        8,
        0,
        new Schedule(totalStep, 0, 0, 1),
        0.85,
        0.85,
        0.5,
        "none",
        true,
        Map.of());
  }

  private static void requireDecay(String key, double beta) {
    if (!(beta > 0 && beta < 1)) {
      throw new ConfigException(key + ": wanted between 0 and 1, found " + beta);
    }
  }

  static AdaloraConfig read(AdapterJson json) {
    if (!json.has("total_step")) {
      throw new ConfigException("total_step: wanted the updates that the run makes, found none");
    }
    return new AdaloraConfig(
        TargetLayers.read(json),
        json.whole("init_r", 12),
        json.whole("target_r", 8),
        json.number("lora_alpha", 8),
        json.number("lora_dropout", 0),
        new Schedule(
            json.whole("total_step"),
            json.whole("tinit", 0),
            json.whole("tfinal", 0),
            json.whole("deltaT", 1)),
        json.number("beta1", 0.85),
        json.number("beta2", 0.85),
        json.number("orth_reg_weight", 0.5),
        json.text("bias", "none"),
        json.flag("init_lora_weights", true),
        json.countsByName("rank_pattern"));
  }

  @Override
  public String peftType() {
    return "ADALORA";
  }

  /** Without a pattern: files have all triplets, of which those that were taken away are zeros. */
  @Override
  public Map<String, Object> keys(WeightAdapter adapter) {
    Map<String, Object> keys = layers.keys(adapter);
    keys.put("init_r", initR);
    keys.put("target_r", targetR);
    keys.put("lora_alpha", AdapterJson.wholeIfItIs(loraAlpha));
    keys.put("lora_dropout", loraDropout);
    keys.put("total_step", schedule.totalStep);
    keys.put("tinit", schedule.tinit);
    keys.put("tfinal", schedule.tfinal);
    keys.put("deltaT", schedule.deltaT);
    keys.put("beta1", beta1);
    keys.put("beta2", beta2);
    keys.put("orth_reg_weight", orthRegWeight);
    keys.put("bias", bias);
    if (!initLoraWeights) {
      keys.put("init_lora_weights", false);
    }
    if (!rankPattern.isEmpty()) {
      Map<String, List<Boolean>> kept = new TreeMap<>();
      rankPattern.forEach(
          (name, rank) -> kept.put(name, java.util.Collections.nCopies(rank, true)));
      keys.put("rank_pattern", kept);
    }
    return keys;
  }

  @Override
  public WeightAdapter on(Architecture architecture) {
    return new AdaloraAdapter(this, usual(architecture), architecture, this::kernel, this::start);
  }

  /** PEFT has other layers for RoBERTa than LoRA's. */
  private TargetLayers usual(Architecture architecture) {
    return layers.targetModules() == null && architecture.modelType().equals("roberta")
        ? new TargetLayers(
            new TargetModules.Names(ROBERTA),
            layers.excludeModules(),
            layers.modulesToSave(),
            layers.layersToTransform())
        : layers;
  }

  private int rank(LinearLayer layer) {
    return rankPattern.isEmpty()
        ? initR
        : rankPattern.getOrDefault(layer.module() + ".lora_E", initR);
  }

  private SiteKernel kernel(LinearGroup group, SiteAdapter.Layers adapted) {
    List<TensorSlot> triplets = new ArrayList<>();
    List<Integer> starts = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    long ranks = 0;
    for (int i = 0; i < adapted.layers().size(); i++) {
      LinearLayer layer = adapted.layers().get(i);
      int r = rank(layer);
      if (r > 0) {
        triplets.add(SiteAdapter.Layers.parameter(layer, "lora_A", r, layer.inputs()));
        triplets.add(SiteAdapter.Layers.parameter(layer, "lora_E", r, 1));
        triplets.add(SiteAdapter.Layers.parameter(layer, "lora_B", layer.outputs(), r));
        starts.add(adapted.starts().get(i));
        ends.add(adapted.ends().get(i));
        ranks += r;
      }
    }
    if (triplets.isEmpty()) {
      return null;
    }
    SiteKernel.Saved t = new SiteKernel.Saved(ranks, false);
    SiteKernel.Saved mask = new SiteKernel.Saved(group.inputs(), true);
    return new SiteKernel(
            "adalora",
            "%s, %s, %s, %s".formatted(starts, ends, loraAlpha / (initR + 1e-5), loraDropout),
            triplets,
            loraDropout > 0 ? List.of(t, mask) : List.of(t))
        .holding(group.inputs() + 3L * initR);
  }

  private void start(TensorSlot factor, float[] values, SplittableRandom random) {
    boolean isValues = factor.name().toLowerCase(Locale.ROOT).endsWith("lora_e");
    if (!initLoraWeights) {
      Draws.gaussian(values, 1, random);
    } else if (!isValues) {
      Draws.gaussian(values, 0.02, random);
    }
  }
}
