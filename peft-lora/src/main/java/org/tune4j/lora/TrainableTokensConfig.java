package org.tune4j.lora;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.SiteKernel;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.ClassificationHead;
import org.tune4j.engine.model.TensorSlot;

/**
 * Learned vectors of some tokens, and nothing else (PEFT's {@code TrainableTokensConfig}). LoRA has
 * the same beside it as {@code trainable_token_indices}.
 *
 * @param tokenIndices their ids
 * @param targetModules the embedding, or an output layer that does not share its matrix; null for
 *     the embedding
 * @param initWeights whether they begin as what the base has for them; else they are random
 */
public record TrainableTokensConfig(
    List<Integer> tokenIndices, TargetModules targetModules, boolean initWeights)
    implements WeightMethod {
  static final Set<String> KEYS = Set.of("token_indices", "target_modules", "init_weights");

  public TrainableTokensConfig {
    tokenIndices = List.copyOf(tokenIndices);
  }

  /** Vectors of these tokens, which begin as what they are. */
  public TrainableTokensConfig(Integer... tokenIndices) {
    this(List.of(tokenIndices), null, true);
  }

  static TrainableTokensConfig read(AdapterJson json) {
    return new TrainableTokensConfig(
        json.integers("token_indices"),
        json.modules("target_modules"),
        json.flag("init_weights", true));
  }

  @Override
  public String peftType() {
    return "TRAINABLE_TOKENS";
  }

  @Override
  public WeightAdapter on(Architecture architecture) {
    return new Adapter(this, architecture);
  }

  @Override
  public Map<String, Object> keys(WeightAdapter adapter) {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("token_indices", tokenIndices);
    keys.put("target_modules", AdapterJson.written(targetModules, adapter.modules()));
    if (!initWeights) {
      keys.put("init_weights", false);
    }
    return keys;
  }

  /** The vectors on one model. */
  private static final class Adapter extends SiteAdapter {
    private final TrainableTokensConfig config;
    private final TokenRows rows;
    private final ModuleSites sites;

    Adapter(TrainableTokensConfig config, Architecture architecture) {
      if (architecture.head() instanceof ClassificationHead) {
        throw new ConfigException(
            "peft_type: TRAINABLE_TOKENS has no file for a head of labels; LoRA with"
                + " trainable_token_indices has");
      }
      this.config = config;
      this.rows = new TokenRows("token_indices", wanted(config, architecture), architecture, "");
      this.sites =
          new ModuleSites(
              new ModuleSites.Choice(TargetModules.of(), null, List.of(), List.of()),
              architecture,
              List.of());
      rows.join(this, sites);
    }

    private static Map<String, List<Integer>> wanted(
        TrainableTokensConfig config, Architecture architecture) {
      if (config.targetModules == null) {
        return Map.of(TokenRows.INPUT, config.tokenIndices);
      }
      List<String> existing =
          List.of(architecture.embedding().module(), architecture.head().out().module());
      Map<String, List<Integer>> wanted = new LinkedHashMap<>();
      existing.stream()
          .filter(config.targetModules::matches)
          .forEach(module -> wanted.put(module, config.tokenIndices));
      if (wanted.isEmpty()) {
        throw TargetModules.nothingMatches(
            "target_modules", config.targetModules.written(), existing);
      }
      return wanted;
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
    public List<String> modules() {
      return rows.modules();
    }

    @Override
    List<String> calledKernels() {
      return List.of("token_rows");
    }

    @Override
    boolean isIdle(SiteKernel site, CausalLm base, TrainableTensors weights) {
      return rows.areBase(site, base, weights);
    }

    @Override
    public List<Trainable> trainedWeights() {
      return sites.trainedWeights((tensor, module) -> false);
    }

    @Override
    public void begin(BoundModel model, TrainableTensors weights, long seed) {
      super.begin(model, weights, seed);
      if (config.initWeights) {
        rows.begin(model.base(), weights);
      }
    }

    @Override
    public float[] initialValue(TensorSlot parameter, long seed) {
      float[] values = new float[Math.toIntExact(parameter.elements())];
      SplittableRandom random = random(parameter, seed);
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
      return values;
    }
  }
}
