package org.tune4j.lora;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.SiteKernel;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.TensorSlot;

/** A method that puts parameters of its own at each linear layer that it means. */
class LayerAdapter extends SiteAdapter {
  private final WeightMethod method;
  private final ModuleSites sites;
  private final Start start;
  private String bias = "none";
  private boolean drops;
  private boolean leavesOut;
  private boolean matrices = true;
  private List<String> called = List.of();

  /** Makes the kernel at a group of which at least one layer is adapted; null for none. */
  interface Kernels {
    SiteKernel at(LinearGroup group, Layers adapted);
  }

  /** Fills in what a parameter begins as; it is zeros before. */
  interface Start {
    void fill(TensorSlot parameter, float[] values, SplittableRandom random);
  }

  LayerAdapter(
      WeightMethod method,
      TargetLayers targets,
      Architecture architecture,
      Kernels kernels,
      Start start) {
    this.method = method;
    this.sites = targets.in(architecture);
    this.start = start;
    forEachGroup(
        architecture,
        group -> {
          Layers adapted = Layers.of(group, sites);
          SiteKernel kernel = adapted.layers().isEmpty() ? null : kernels.at(group, adapted);
          if (kernel != null) {
            put(group.name(), kernel);
          }
        });
  }

  /**
   * Trains biases along.
   *
   * @param which {@code none}, {@code all}, or the method's word for those of adapted layers
   */
  final LayerAdapter bias(String which) {
    bias = which;
    return this;
  }

  /** Drops some of what it sees, or not. */
  final LayerAdapter drops(boolean does) {
    drops = does;
    return this;
  }

  /** Leaves whole layers out in training, or not. */
  final LayerAdapter leavesOut(boolean does) {
    leavesOut = does;
    return this;
  }

  /** Its parameters of two dimensions are vectors, and no matrices. */
  final LayerAdapter vectors() {
    matrices = false;
    return this;
  }

  /**
   * Notes which parameters make their layers compute what the base does while they are zeros, by
   * the ends of their names; each layer has one of them.
   */
  final LayerAdapter idleAtZero(String... names) {
    for (SiteKernel site : sites()) {
      for (TensorSlot slot : site.parameters()) {
        if (Stream.of(names).anyMatch(name -> slot.name().endsWith("." + name))) {
          gate(slot, 0);
        }
      }
    }
    return this;
  }

  /** Names kernel files that its own calls. */
  final LayerAdapter calling(String... kernels) {
    called = List.of(kernels);
    return this;
  }

  @Override
  final List<String> calledKernels() {
    return called;
  }

  /**
   * @throws ConfigException if biases are named that there is no word for
   */
  static void requireBias(String bias, String adapted) {
    if (!List.of("none", "all", adapted).contains(bias)) {
      throw new ConfigException("bias: wanted none, all or %s, found %s".formatted(adapted, bias));
    }
  }

  /**
   * @throws ConfigException if it is no share
   */
  static void requireShare(String key, double share) {
    if (!(share >= 0 && share <= 0.99)) {
      throw new ConfigException(key + ": wanted 0 to 0.99, found " + share);
    }
  }

  /**
   * @throws ConfigException if it is outside
   */
  static void requireWithin(String key, int least, int most, int found) {
    if (found < least || found > most) {
      throw new ConfigException("%s: wanted %d to %d, found %d".formatted(key, least, most, found));
    }
  }

  @Override
  public final boolean hasDropout() {
    return drops;
  }

  @Override
  public final boolean leavesLayersOut() {
    return leavesOut;
  }

  @Override
  public final WeightMethod method() {
    return method;
  }

  @Override
  final ModuleSites targeted() {
    return sites;
  }

  @Override
  final boolean isHiddenMatrix(TensorSlot slot, SiteKernel kernel) {
    return matrices && slot.shape().size() == 2 && slot.shape().get(1) > 1;
  }

  @Override
  public final List<Trainable> trainedWeights() {
    return sites.trainedWeights(
        (tensor, module) ->
            tensor.endsWith(".bias")
                && switch (bias) {
                  case "none" -> false;
                  case "all" -> true;
                  default -> sites.isAdapted(module);
                });
  }

  @Override
  public final float[] initialValue(TensorSlot parameter, long seed) {
    float[] values = new float[Math.toIntExact(parameter.elements())];
    start.fill(parameter, values, random(parameter, seed));
    return values;
  }
}
