package org.tune4j.engine.model;

import java.util.List;

/**
 * A normalisation.
 *
 * @param module its module path
 * @param size size of a token's vector
 * @param kind how
 * @param epsilon added to the mean square or variance
 */
public record NormSpec(String module, int size, Kind kind, double epsilon) {
  /** How a vector is normalised. */
  public enum Kind {
    /** By the root mean square, with a weight. */
    RMS,
    /** The same, and what multiplies is the weight and one (Gemma). */
    RMS_PLUS_ONE,
    /** By mean and variance, with a weight and a bias. */
    LAYER
  }

  /** Weight, and bias for a layer norm. */
  public List<TensorSlot> slots() {
    TensorSlot weight = TensorSlot.whole(module + ".weight", size);
    return kind != Kind.LAYER
        ? List.of(weight)
        : List.of(weight, TensorSlot.whole(module + ".bias", size));
  }
}
