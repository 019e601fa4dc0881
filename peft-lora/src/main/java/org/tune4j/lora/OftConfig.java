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
 * OFT (Qiu et al., 2023): what a layer reads is rotated, in blocks of its numbers.
 *
 * @param r how many blocks; 0 where their size is given
 * @param oftBlockSize their size; 0 where their number is given. Either is changed to the nearest
 *     that divides the layer's inputs, as PEFT does
 * @param useCayleyNeumann whether rotations are computed by the beginning of a series, fast and
 *     nearly orthogonal, and not by an inverse
 * @param numCayleyNeumannTerms its terms
 * @param blockShare whether all blocks of a layer rotate alike
 * @param bias which biases are trained along: none, all or oft_only
 * @param initWeights whether the model begins as the base; else the rotations begin at random
 */
public record OftConfig(
    TargetLayers layers,
    int r,
    int oftBlockSize,
    boolean useCayleyNeumann,
    int numCayleyNeumannTerms,
    boolean blockShare,
    String bias,
    boolean initWeights)
    implements WeightMethod {
  /** {@code module_dropout} is applied nowhere in PEFT, and {@code eps} with {@code coft} only. */
  static final Set<String> KEYS =
      TargetLayers.keysAnd(
          Set.of(
              "r",
              "oft_block_size",
              "use_cayley_neumann",
              "num_cayley_neumann_terms",
              "block_share",
              "bias",
              "init_weights",
              "module_dropout",
              "eps"));

  private static final int MOST = 1 << 12;

  public OftConfig {
    LayerAdapter.requireWithin("r", 0, MOST, r);
    LayerAdapter.requireWithin("oft_block_size", 0, MOST, oftBlockSize);
    if ((r == 0) == (oftBlockSize == 0)) {
      throw new ConfigException(
          "r and oft_block_size: wanted one of them, and 0 for the other, found %d and %d"
              .formatted(r, oftBlockSize));
    }
    if (oftBlockSize == 1) {
      throw new ConfigException("oft_block_size: wanted at least 2, for 1 number turns nowhere");
    }
    LayerAdapter.requireWithin("num_cayley_neumann_terms", 2, 64, numCayleyNeumannTerms);
    LayerAdapter.requireBias(bias, "oft_only");
  }

  /** PEFT's defaults. */
  public OftConfig(int oftBlockSize, TargetModules targetModules) {
    this(new TargetLayers(targetModules), 0, oftBlockSize, true, 5, false, "none", true);
  }

  static OftConfig read(AdapterJson json) {
    int r = json.whole("r", 0);
    return new OftConfig(
        TargetLayers.read(json),
        r,
        json.whole("oft_block_size", r == 0 ? 32 : 0),
        json.flag("use_cayley_neumann", true),
        json.whole("num_cayley_neumann_terms", 5),
        json.flag("block_share", false),
        json.text("bias", "none"),
        json.flag("init_weights", true));
  }

  @Override
  public String peftType() {
    return "OFT";
  }

  @Override
  public Map<String, Object> keys(WeightAdapter adapter) {
    Map<String, Object> keys = layers.keys(adapter);
    keys.put("r", r);
    keys.put("oft_block_size", oftBlockSize);
    keys.put("use_cayley_neumann", useCayleyNeumann);
    keys.put("num_cayley_neumann_terms", numCayleyNeumannTerms);
    keys.put("block_share", blockShare);
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
        .vectors()
        .idleAtZero("oft_R.weight")
        .calling("other_inputs");
  }

  private SiteKernel kernel(LinearGroup group, SiteAdapter.Layers adapted) {
    int inputs = group.inputs();
    int block = r > 0 ? inputs / divisor(inputs, r) : divisor(inputs, oftBlockSize);
    if (block < 2) {
      throw new ConfigException(
          "%s: wanted blocks of at least 2 numbers at %s, of which there are %d, found %d blocks"
              .formatted(
                  r > 0 ? "r" : "oft_block_size",
                  adapted.layers().get(0).module(),
                  inputs,
                  inputs / block));
    }
    long blocks = blockShare ? 1 : inputs / block;
    List<TensorSlot> vectors = new ArrayList<>();
    List<TensorSlot> turns = new ArrayList<>();
    for (LinearLayer layer : adapted.layers()) {
      TensorSlot vector =
          SiteAdapter.Layers.parameter(
              layer, "oft_R.weight", blocks, (long) block * (block - 1) / 2);
      vectors.add(vector);
      turns.add(TensorSlot.whole(vector.name() + ".turn", blocks, block, block));
    }
    int terms = useCayleyNeumann ? numCayleyNeumannTerms : 0;
    return new SiteKernel(
        "oft",
        "%s, %s, %d, %d".formatted(adapted.starts(), adapted.ends(), block, terms),
        vectors,
        List.of(),
        turns,
        List.of(),
        4L * inputs);
  }

  /** The divisor of a side that is nearest to what was asked for, as PEFT takes it. */
  static int divisor(int side, int asked) {
    if (asked >= side) {
      return side;
    }
    int higher = asked;
    while (side % higher != 0) {
      higher++;
    }
    int lower = asked;
    while (side % lower != 0) {
      lower--;
    }
    return asked - lower <= higher - asked ? lower : higher;
  }

  private void start(TensorSlot vector, float[] values, SplittableRandom random) {
    if (!initWeights) {
      Draws.gaussian(values, 0.1, random);
    }
  }
}
