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
 * LoHa (Hyeon-Woo et al., 2022): the product, number by number, of two updates of rank r, which has
 * a rank of up to r squared.
 *
 * @param initWeights whether the model begins as the base; else all four factors are random
 */
public record LohaConfig(TargetLayers layers, Lycoris update, boolean initWeights)
    implements WeightMethod {
  static final Set<String> KEYS =
      TargetLayers.keysAnd(AdapterJson.union(Lycoris.KEYS, Set.of("init_weights")));

  /** PEFT's defaults. */
  public LohaConfig(int r, TargetModules targetModules) {
    this(new TargetLayers(targetModules), new Lycoris(r, 8), true);
  }

  static LohaConfig read(AdapterJson json) {
    return new LohaConfig(
        TargetLayers.read(json), Lycoris.read(json), json.flag("init_weights", true));
  }

  @Override
  public String peftType() {
    return "LOHA";
  }

  @Override
  public Map<String, Object> keys(WeightAdapter adapter) {
    Map<String, Object> keys = layers.keys(adapter);
    update.write(keys);
    if (!initWeights) {
      keys.put("init_weights", false);
    }
    return keys;
  }

  @Override
  public WeightAdapter on(Architecture architecture) {
    return new LayerAdapter(this, layers, architecture, this::kernel, this::start)
        .drops(update.drops())
        .leavesOut(update.moduleDropout() > 0)
        .idleAtZero("hada_w2_b")
        .calling("lycoris");
  }

  private SiteKernel kernel(LinearGroup group, SiteAdapter.Layers adapted) {
    List<TensorSlot> factors = new ArrayList<>();
    List<Double> scalings = new ArrayList<>();
    long working = 0;
    for (LinearLayer layer : adapted.layers()) {
      long r = update.rank(layer.module());
      factors.add(SiteAdapter.Layers.parameter(layer, "hada_w1_a", layer.outputs(), r));
      factors.add(SiteAdapter.Layers.parameter(layer, "hada_w1_b", r, layer.inputs()));
      factors.add(SiteAdapter.Layers.parameter(layer, "hada_w2_a", layer.outputs(), r));
      factors.add(SiteAdapter.Layers.parameter(layer, "hada_w2_b", r, layer.inputs()));
      scalings.add(update.scaling(layer.module()));
      working = Math.max(working, layer.outputs() + 2 * r * r);
    }
    return new SiteKernel(
            "loha",
            "%s, %s, %s, %s, %s"
                .formatted(
                    adapted.starts(),
                    adapted.ends(),
                    scalings,
                    update.rankDropout(),
                    update.moduleDropout()),
            factors,
            List.of())
        .holding(working);
  }

  private void start(TensorSlot factor, float[] values, SplittableRandom random) {
    if (!initWeights || !factor.name().endsWith("w2_b")) {
      Draws.kaiming(values, factor.shape().get(1), random);
    }
  }
}
