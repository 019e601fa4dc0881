package org.tune4j.lora;

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
 * LoKr (Yeh et al., 2024): the Kronecker product of a small matrix and a large one, each of which
 * may be a product of rank r itself.
 *
 * @param decomposeBoth whether the small matrix is one, too, where that saves numbers; the large
 *     one is in any case
 * @param decomposeFactor what the small matrix's sides are as near to as division allows; -1 for
 *     the root of the layer's sides
 * @param rankDropoutScale whether with {@code rank_dropout} what is left is scaled up
 * @param initWeights what begins as zeros
 */
public record LokrConfig(
    TargetLayers layers,
    Lycoris update,
    boolean decomposeBoth,
    int decomposeFactor,
    boolean rankDropoutScale,
    Init initWeights)
    implements WeightMethod {
  static final Set<String> KEYS =
      TargetLayers.keysAnd(
          AdapterJson.union(
              Lycoris.KEYS,
              Set.of("decompose_both", "decompose_factor", "rank_dropout_scale", "init_weights")));

  /** What begins as zeros. */
  public enum Init {
    /** The small matrix, or its first factor. */
    TRUE,
    /** Nothing: the model does not begin as the base. */
    FALSE,
    /** The large matrix, or its second factor. */
    LYCORIS
  }

  public LokrConfig {
    if (decomposeFactor != -1 && decomposeFactor < 1) {
      throw new ConfigException(
          "decompose_factor: wanted -1 or at least 1, found " + decomposeFactor);
    }
  }

  /** PEFT's defaults. */
  public LokrConfig(int r, TargetModules targetModules) {
    this(new TargetLayers(targetModules), new Lycoris(r, 8), false, -1, false, Init.TRUE);
  }

  static LokrConfig read(AdapterJson json) {
    return new LokrConfig(
        TargetLayers.read(json),
        Lycoris.read(json),
        json.flag("decompose_both", false),
        json.whole("decompose_factor", -1),
        json.flag("rank_dropout_scale", false),
        json.json().path("init_weights").asText().equals("lycoris")
            ? Init.LYCORIS
            : json.flag("init_weights", true) ? Init.TRUE : Init.FALSE);
  }

  @Override
  public String peftType() {
    return "LOKR";
  }

  @Override
  public Map<String, Object> keys(WeightAdapter adapter) {
    Map<String, Object> keys = layers.keys(adapter);
    update.write(keys);
    keys.put("decompose_both", decomposeBoth);
    keys.put("decompose_factor", decomposeFactor);
    if (rankDropoutScale) {
      keys.put("rank_dropout_scale", true);
    }
    if (initWeights != Init.TRUE) {
      keys.put("init_weights", initWeights == Init.LYCORIS ? "lycoris" : false);
    }
    return keys;
  }

  @Override
  public WeightAdapter on(Architecture architecture) {
    return new LayerAdapter(this, layers, architecture, this::kernel, this::start)
        .drops(update.drops())
        .leavesOut(update.moduleDropout() > 0)
        .idleAtZero(
            initWeights == Init.LYCORIS
                ? new String[] {"lokr_w2", "lokr_w2_b"}
                : new String[] {"lokr_w1", "lokr_w1_a"})
        .calling("lycoris");
  }

  private SiteKernel kernel(LinearGroup group, SiteAdapter.Layers adapted) {
    List<TensorSlot> factors = new ArrayList<>();
    List<String> isSmallProduct = new ArrayList<>();
    List<String> isLargeProduct = new ArrayList<>();
    List<Double> scalings = new ArrayList<>();
    long working = 0;
    for (LinearLayer layer : adapted.layers()) {
      int r = update.rank(layer.module());
      Sides outputs = Sides.of(layer.outputs(), decomposeFactor);
      Sides inputs = Sides.of(layer.inputs(), decomposeFactor);
      boolean small = decomposeBoth && 2 * r < Math.max(outputs.small, inputs.small);
      boolean large = 2 * r < Math.max(outputs.large, inputs.large);
      factors.addAll(factors(layer, "lokr_w1", outputs.small, inputs.small, small, r));
      factors.addAll(factors(layer, "lokr_w2", outputs.large, inputs.large, large, r));
      isSmallProduct.add(small ? "True" : "False");
      isLargeProduct.add(large ? "True" : "False");
      scalings.add(update.scaling(layer.module()));
      long inner = large ? r : inputs.large;
      working =
          Math.max(
              working,
              layer.outputs() + layer.inputs() + 2 * inner * (outputs.small + inputs.small));
    }
    return new SiteKernel(
            "lokr",
            "%s, %s, %s, %s, %s, %s, %s, %s"
                .formatted(
                    adapted.starts(),
                    adapted.ends(),
                    isSmallProduct,
                    isLargeProduct,
                    scalings,
                    update.rankDropout(),
                    update.moduleDropout(),
                    rankDropoutScale ? "True" : "False"),
            factors,
            List.of())
        .holding(working);
  }

  private static List<TensorSlot> factors(
      LinearLayer layer, String name, long rows, long columns, boolean isProduct, long r) {
    return isProduct
        ? List.of(
            SiteAdapter.Layers.parameter(layer, name + "_a", rows, r),
            SiteAdapter.Layers.parameter(layer, name + "_b", r, columns))
        : List.of(SiteAdapter.Layers.parameter(layer, name, rows, columns));
  }

  private void start(TensorSlot factor, float[] values, SplittableRandom random) {
    String name = factor.name();
    boolean isZero =
        switch (initWeights) {
          case TRUE -> name.endsWith("w1") || name.endsWith("w1_a");
          case FALSE -> false;
          case LYCORIS -> name.endsWith("w2") || name.endsWith("w2_b");
        };
    if (!isZero) {
      Draws.kaiming(values, factor.shape().get(1), random);
    }
  }

  /** Two numbers whose product is a layer's side, the smaller first. */
  record Sides(int small, int large) {
    /** As LyCORIS divides it. */
    static Sides of(int side, int factor) {
      if (factor > 0 && side % factor == 0) {
        return new Sides(factor, side / factor);
      }
      int most = factor == -1 ? side : factor;
      int m = 1;
      int n = side;
      int sum = m + n;
      while (m < n) {
        int next = m + 1;
        while (side % next != 0) {
          next++;
        }
        if (next + side / next > sum || next > most) {
          break;
        }
        m = next;
        n = side / next;
      }
      return new Sides(Math.min(m, n), Math.max(m, n));
    }
  }
}
