package org.tune4j.engine.model;

import java.util.List;

/**
 * Rotary position embedding.
 *
 * @param inverseFrequencies one for each rotated pair, scaling already applied; twice their number
 *     is the rotated size
 * @param factor what cosine and sine are multiplied with (1 but for yarn and longrope)
 */
public record RopeSpec(List<Float> inverseFrequencies, double factor) {
  static final RopeSpec NONE = new RopeSpec(List.of(), 1);

  public RopeSpec {
    inverseFrequencies = List.copyOf(inverseFrequencies);
  }
}
