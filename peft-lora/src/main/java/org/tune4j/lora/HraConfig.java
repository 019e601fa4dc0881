package org.tune4j.lora;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.tune4j.engine.adapt.SiteKernel;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.TensorSlot;

/**
 * HRA (Yuan et al., 2024): what a layer reads is reflected r times, by Householder matrices.
 *
 * @param r how many times
 * @param bias which biases are trained along: none, all or hra_only
 * @param initWeights whether the model begins as the base, as each second reflection undoes the one
 *     before; it does not with an odd r. Else all are random
 */
public record HraConfig(TargetLayers layers, int r, String bias, boolean initWeights)
    implements WeightMethod {
  static final Set<String> KEYS = TargetLayers.keysAnd(Set.of("r", "bias", "init_weights"));

  public HraConfig {
    LayerAdapter.requireWithin("r", 1, 1 << 12, r);
    LayerAdapter.requireBias(bias, "hra_only");
  }

  /** PEFT's defaults. */
  public HraConfig(int r, TargetModules targetModules) {
    this(new TargetLayers(targetModules), r, "none", true);
  }

  static HraConfig read(AdapterJson json) {
    return new HraConfig(
        TargetLayers.read(json),
        json.whole("r", 8),
        json.text("bias", "none"),
        json.flag("init_weights", true));
  }

  @Override
  public String peftType() {
    return "HRA";
  }

  @Override
  public Map<String, Object> keys(WeightAdapter adapter) {
    Map<String, Object> keys = layers.keys(adapter);
    keys.put("r", r);
    keys.put("bias", bias);
    if (!initWeights) {
      keys.put("init_weights", false);
    }
    return keys;
  }

  @Override
  public WeightAdapter on(Architecture architecture) {
    return new LayerAdapter(this, layers, architecture, this::kernel, this::start)
        .bias(bias)
        .calling("other_inputs");
  }

  private SiteKernel kernel(LinearGroup group, SiteAdapter.Layers adapted) {
    List<TensorSlot> columns = new ArrayList<>();
    List<TensorSlot> derived = new ArrayList<>();
    for (LinearLayer layer : adapted.layers()) {
      TensorSlot slot = SiteAdapter.Layers.parameter(layer, "hra_u", layer.inputs(), r);
      columns.add(slot);
      derived.add(TensorSlot.whole(slot.name() + ".unit", layer.inputs(), r));
      derived.add(TensorSlot.whole(slot.name() + ".triangle", r, r));
      derived.add(TensorSlot.whole(slot.name() + ".length", r));
    }
    return new SiteKernel(
        "hra",
        "%s, %s".formatted(adapted.starts(), adapted.ends()),
        columns,
        List.of(),
        derived,
        List.of(),
        2L * group.inputs() + 4L * r);
  }

  private void start(TensorSlot slot, float[] values, SplittableRandom random) {
    if (initWeights && r % 2 == 0) {
      Draws.kaiming(values, r / 2, random);
      for (int i = 1; i < values.length; i += 2) {
        values[i] = values[i - 1];
      }
    } else {
      Draws.kaiming(values, r, random);
    }
  }
}
