package org.tune4j.engine.model;

import java.util.Optional;

/**
 * How a token chooses its experts, and what weights they get.
 *
 * @param scoring how the router's logits become scores
 * @param experts how many there are
 * @param chosen how many a token is given to
 * @param groups equal groups of experts, of which only the best are chosen from; 1 for none
 * @param chosenGroups how many groups are
 * @param normalised whether the chosen scores are divided by their sum
 * @param scaling what the weights are multiplied with at last
 * @param loss for balance, where the family has one
 */
public record RoutingSpec(
    Scoring scoring,
    int experts,
    int chosen,
    int groups,
    int chosenGroups,
    boolean normalised,
    double scaling,
    Optional<RouterLoss> loss) {
  /** How the router's logits become scores, and a group's score comes of its experts'. */
  public enum Scoring {
    /** Over all experts; a group is as good as its best (Mixtral, Qwen2-MoE, DeepSeek-V2). */
    SOFTMAX,
    /**
     * Each for itself; what is chosen by has a correction added, and a group is as good as its best
     * two together (DeepSeek-V3's {@code noaux_tc}).
     */
    SIGMOID_CORRECTED
  }

  public RoutingSpec {
    boolean twoEach = scoring == Scoring.SIGMOID_CORRECTED && groups > 1;
    if (experts % groups != 0
        || chosenGroups > groups
        || chosen > experts / groups * chosenGroups
        || twoEach && experts / groups < 2) {
      throw new IllegalArgumentException(
          "Choosing %d of %d experts out of %d of %d groups"
              .formatted(chosen, experts, chosenGroups, groups));
    }
  }

  /** Without groups, with a loss for balance. */
  public static RoutingSpec softmax(int experts, int chosen, boolean normalised, RouterLoss loss) {
    return new RoutingSpec(
        Scoring.SOFTMAX, experts, chosen, 1, 1, normalised, 1, Optional.of(loss));
  }
}
