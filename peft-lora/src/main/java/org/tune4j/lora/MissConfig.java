package org.tune4j.lora;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.SiteKernel;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.TensorSlot;

/**
 * MiSS (Kang et al., 2024), which was Bone: an update that is one learned block again and again.
 *
 * @param r how many inputs apart the update repeats itself
 * @param missDropout share of the input's entries that the update does not see in training
 * @param miniR how many outputs apart it does, with {@link Init#MINI}
 * @param bias which biases are trained along: none, all or MiSS_only
 * @param initWeights which block is learned, and what it begins as
 */
public record MissConfig(
    TargetLayers layers, int r, double missDropout, int miniR, String bias, Init initWeights)
    implements WeightMethod {
  static final Set<String> KEYS =
      TargetLayers.keysAnd(Set.of("r", "miss_dropout", "mini_r", "bias", "init_weights"));

  /** Which block is learned. */
  public enum Init {
    /** One of all outputs, that begins as zeros. */
    TRUE,
    /** One of all outputs, that begins at random. */
    FALSE,
    /** One of {@code mini_r} outputs, that begins as zeros. */
    MINI
  }

  public MissConfig {
    LayerAdapter.requireWithin("r", 1, 1 << 12, r);
    LayerAdapter.requireWithin("mini_r", 1, 1 << 16, miniR);
    LayerAdapter.requireShare("miss_dropout", missDropout);
    LayerAdapter.requireBias(bias, "MiSS_only");
  }

  /** PEFT's defaults. */
  public MissConfig(int r, TargetModules targetModules) {
    this(new TargetLayers(targetModules), r, 0, 1, "none", Init.TRUE);
  }

  static MissConfig read(AdapterJson json) {
    return new MissConfig(
        TargetLayers.read(json),
        json.whole("r", 64),
        json.number("miss_dropout", 0),
        json.whole("mini_r", 1),
        json.text("bias", "none"),
        init(json));
  }

  private static Init init(AdapterJson json) {
    JsonNode node = json.json().path("init_weights");
    return switch (node.asText("true")) {
      case "", "null", "true" -> Init.TRUE;
      case "false" -> Init.FALSE;
      case "mini" -> Init.MINI;
      default -> throw json.wrong("init_weights", "true, false or mini", node);
    };
  }

  @Override
  public String peftType() {
    return "MISS";
  }

  @Override
  public Map<String, Object> keys(WeightAdapter adapter) {
    Map<String, Object> keys = layers.keys(adapter);
    keys.put("r", r);
    keys.put("miss_dropout", missDropout);
    keys.put("mini_r", miniR);
    keys.put("bias", bias);
    if (initWeights != Init.TRUE) {
      keys.put("init_weights", initWeights == Init.MINI ? "mini" : false);
    }
    return keys;
  }

  @Override
  public WeightAdapter on(Architecture architecture) {
    return new LayerAdapter(this, layers, architecture, this::kernel, this::start)
        .bias(bias)
        .drops(missDropout > 0)
        .idleAtZero("miss_block");
  }

  private SiteKernel kernel(LinearGroup group, SiteAdapter.Layers adapted) {
    List<TensorSlot> blocks = new ArrayList<>();
    for (LinearLayer layer : adapted.layers()) {
      if (r > layer.inputs()) {
        throw new ConfigException(
            "r: wanted at most %d at %s, found %d".formatted(layer.inputs(), layer.module(), r));
      }
      int outputs = initWeights == Init.MINI ? miniR : layer.outputs();
      if (layer.outputs() % outputs != 0) {
        throw new ConfigException(
            "mini_r: wanted a divisor of the %d outputs of %s, found %d"
                .formatted(layer.outputs(), layer.module(), miniR));
      }
      blocks.add(SiteAdapter.Layers.parameter(layer, "miss_block", r, outputs));
    }
    return new SiteKernel(
            "miss",
            "%s, %s, %s".formatted(adapted.starts(), adapted.ends(), missDropout),
            blocks,
            missDropout > 0 ? List.of(new SiteKernel.Saved(group.inputs(), true)) : List.of())
        .holding(group.inputs() + 2L * r);
  }

  private void start(TensorSlot block, float[] values, SplittableRandom random) {
    if (initWeights == Init.FALSE) {
      Draws.kaiming(values, block.shape().get(1), random);
    }
  }
}
