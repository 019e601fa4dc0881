package org.tune4j.lora;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.model.Architecture;

/**
 * LoRA's configuration, with PEFT's names and defaults (PEFT 0.21 {@code LoraConfig}).
 *
 * @param r rank of the update
 * @param loraAlpha the update is scaled by {@code loraAlpha / r}, or {@code loraAlpha / sqrt(r)}
 *     with {@code useRslora}
 * @param loraDropout share of the input's entries that the update does not see in training
 * @param targetModules where; null for the model family's default (q_proj and v_proj, or
 *     query_key_value)
 * @param excludeModules where not; null for nowhere
 * @param bias which biases are trained along
 * @param useRslora rank-stabilised scaling
 * @param modulesToSave modules that are trained as full copies, by the last steps of their path
 * @param rankPattern module pattern to another r; the first that matches a module holds, as in PEFT
 * @param alphaPattern module pattern to another alpha; the first that matches a module holds
 * @param layersToTransform block numbers; empty for all
 * @param targetParameters parameters that are no layers of their own: the matrices of all experts
 *     of a block, {@code mlp.experts.gate_up_proj} and {@code mlp.experts.down_proj}, and its
 *     router, {@code mlp.gate.weight}
 * @param initLoraWeights how A and B start
 * @param useDora learns the lengths of the weights' rows besides (DoRA, Liu et al., 2024)
 * @param trainableTokenIndices tokens whose vectors are learned besides, by the last steps of the
 *     embedding's path or the output layer's; the empty name stands for the embedding
 * @param loraplusLrRatio what the learning rate of B, and of vectors, is a multiple of the run's by
 *     (LoRA+, Hayou et al., 2024); 1 for the same. Of a run, not of what it makes: PEFT's files do
 *     not say it
 */
public record LoraConfig(
    int r,
    double loraAlpha,
    double loraDropout,
    TargetModules targetModules,
    TargetModules excludeModules,
    Bias bias,
    boolean useRslora,
    List<String> modulesToSave,
    Map<String, Integer> rankPattern,
    Map<String, Double> alphaPattern,
    List<Integer> layersToTransform,
    List<String> targetParameters,
    Init initLoraWeights,
    boolean useDora,
    Map<String, List<Integer>> trainableTokenIndices,
    double loraplusLrRatio)
    implements WeightMethod {
  private static final int MAX_RANK = 1 << 16;

  /** Which biases are trained along. */
  public enum Bias {
    @JsonProperty("none")
    NONE,
    @JsonProperty("all")
    ALL,
    @JsonProperty("lora_only")
    LORA_ONLY
  }

  /** How A and B start. */
  public enum Init {
    /** A uniform in +-1/sqrt(inputs), B zero: the update starts at nothing. */
    DEFAULT(null),
    /** A normal with deviation 1/r, B zero. */
    GAUSSIAN("gaussian"),
    /** A and B uniform: the update starts at something. For tests. */
    RANDOM(null),
    /**
     * The largest singular vectors of the weight, which is reduced by as much (PiSSA, Meng et al.,
     * 2024).
     */
    PISSA("pissa"),
    /**
     * The first columns and rows of the weight's QR decomposition, by which it is reduced (OLoRA,
     * Büyükakyüz, 2024).
     */
    OLORA("olora");

    private final String word;

    Init(String word) {
      this.word = word;
    }

    /** PEFT's, where a file has to say it; else null. */
    String word() {
      return word;
    }

    /** Whether the base is reduced by what A and B start as. */
    boolean isOfWeight() {
      return this == PISSA || this == OLORA;
    }
  }

  public LoraConfig {
    modulesToSave = List.copyOf(modulesToSave);
    rankPattern = new ModulePatterns<>(rankPattern);
    alphaPattern = new ModulePatterns<>(alphaPattern);
    layersToTransform = List.copyOf(layersToTransform);
    targetParameters = List.copyOf(targetParameters);
    trainableTokenIndices = ordered(trainableTokenIndices);
    if (!targetParameters.isEmpty() && loraDropout > 0) {
      throw new ConfigException(
          "lora_dropout: wanted 0 with target_parameters, found " + loraDropout);
    }
    if (useDora && initLoraWeights.isOfWeight()) {
      throw new ConfigException(
          "use_dora: wanted an ordinary init_lora_weights with it, found "
              + initLoraWeights.word());
    }
    if (!targetParameters.isEmpty() && (useDora || initLoraWeights.isOfWeight())) {
      throw new ConfigException(
          "target_parameters: matrices of experts, %s, have neither use_dora nor init_lora_weights pissa or olora"
              .formatted(targetParameters));
    }
    if (!(loraplusLrRatio > 0 && loraplusLrRatio <= 1e6)) {
      throw new ConfigException(
          "loraplus_lr_ratio: wanted above 0, at most 1e6, found " + loraplusLrRatio);
    }
    requireRank("r", r);
    if (!(loraDropout >= 0 && loraDropout <= 0.99)) {
      throw new ConfigException("lora_dropout: wanted 0 to 0.99, found " + loraDropout);
    }
    if (!Double.isFinite(loraAlpha)) {
      throw new ConfigException("lora_alpha: wanted a finite number, found " + loraAlpha);
    }
    rankPattern.forEach((pattern, rank) -> requireRank("rank_pattern." + pattern, rank));
  }

  @Override
  public String peftType() {
    return "LORA";
  }

  @Override
  public LoraAdapter on(Architecture architecture) {
    return new LoraAdapter(this, architecture);
  }

  @Override
  public Map<String, Object> keys(WeightAdapter adapter) {
    return LoraConfigJson.keys(this, (LoraAdapter) adapter);
  }

  /** The same, to be changed. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.r = r;
    builder.loraAlpha = loraAlpha;
    builder.loraDropout = loraDropout;
    builder.targetModules = targetModules;
    builder.excludeModules = excludeModules;
    builder.bias = bias;
    builder.useRslora = useRslora;
    builder.modulesToSave = modulesToSave;
    builder.rankPattern = rankPattern;
    builder.alphaPattern = alphaPattern;
    builder.layersToTransform = layersToTransform;
    builder.targetParameters = targetParameters;
    builder.initLoraWeights = initLoraWeights;
    builder.useDora = useDora;
    builder.trainableTokenIndices = trainableTokenIndices;
    builder.loraplusLrRatio = loraplusLrRatio;
    return builder;
  }

  /** A copy in the same order, which {@link Map#copyOf} would not keep. */
  private static <V> Map<String, V> ordered(Map<String, V> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  private static void requireRank(String key, int rank) {
    if (rank < 1 || rank > MAX_RANK) {
      throw new ConfigException(key + ": wanted 1 to " + MAX_RANK + ", found " + rank);
    }
  }

  /** The rank at a module, by the end of its path. */
  public int rank(String module) {
    return first(rankPattern, module).orElse(r);
  }

  /** What the update of a module is multiplied with, by the end of its path. */
  public double scaling(String module) {
    double alpha = first(alphaPattern, module).orElse(loraAlpha);
    int rank = rank(module);
    return useRslora ? alpha / Math.sqrt(rank) : alpha / rank;
  }

  private static <V> Optional<V> first(Map<String, V> patterns, String module) {
    return ((ModulePatterns<V>) patterns).first(module);
  }

  /** PEFT's defaults, to be changed. */
  public static Builder builder() {
    return new Builder();
  }

  /** Sets what differs from PEFT's defaults. */
  public static final class Builder {
    private int r = 8;
    private double loraAlpha = 8;
    private double loraDropout;
    private TargetModules targetModules;
    private TargetModules excludeModules;
    private Bias bias = Bias.NONE;
    private boolean useRslora;
    private List<String> modulesToSave = List.of();
    private Map<String, Integer> rankPattern = Map.of();
    private Map<String, Double> alphaPattern = Map.of();
    private List<Integer> layersToTransform = List.of();
    private List<String> targetParameters = List.of();
    private Init initLoraWeights = Init.DEFAULT;
    private boolean useDora;
    private Map<String, List<Integer>> trainableTokenIndices = Map.of();
    private double loraplusLrRatio = 1;

    private Builder() {}

    public Builder r(int value) {
      r = value;
      return this;
    }

    public Builder loraAlpha(double value) {
      loraAlpha = value;
      return this;
    }

    public Builder loraDropout(double value) {
      loraDropout = value;
      return this;
    }

    /** Names, or {@code all-linear}. */
    public Builder targetModules(String... names) {
      return targetModules(TargetModules.of(names));
    }

    public Builder targetModules(TargetModules value) {
      targetModules = value;
      return this;
    }

    public Builder excludeModules(TargetModules value) {
      excludeModules = value;
      return this;
    }

    public Builder bias(Bias value) {
      bias = value;
      return this;
    }

    public Builder useRslora(boolean value) {
      useRslora = value;
      return this;
    }

    public Builder modulesToSave(String... names) {
      modulesToSave = List.of(names);
      return this;
    }

    public Builder rankPattern(Map<String, Integer> value) {
      rankPattern = value;
      return this;
    }

    public Builder alphaPattern(Map<String, Double> value) {
      alphaPattern = value;
      return this;
    }

    public Builder targetParameters(String... names) {
      targetParameters = List.of(names);
      return this;
    }

    public Builder layersToTransform(Integer... blocks) {
      layersToTransform = List.of(blocks);
      return this;
    }

    public Builder initLoraWeights(Init value) {
      initLoraWeights = value;
      return this;
    }

    public Builder useDora(boolean value) {
      useDora = value;
      return this;
    }

    /** Of the input embedding. */
    public Builder trainableTokenIndices(Integer... tokens) {
      return trainableTokenIndices(Map.of(TokenRows.INPUT, List.of(tokens)));
    }

    public Builder trainableTokenIndices(Map<String, List<Integer>> value) {
      trainableTokenIndices = value;
      return this;
    }

    public Builder loraplusLrRatio(double value) {
      loraplusLrRatio = value;
      return this;
    }

    public LoraConfig build() {
      return new LoraConfig(
          r,
          loraAlpha,
          loraDropout,
          targetModules,
          excludeModules,
          bias,
          useRslora,
          modulesToSave,
          rankPattern,
          alphaPattern,
          layersToTransform,
          targetParameters,
          initLoraWeights,
          useDora,
          trainableTokenIndices,
          loraplusLrRatio);
    }
  }
}
