package org.tune4j.engine.data;

import java.util.Optional;
import java.util.Set;

/**
 * Which tokens are learned. What is meant by a turn is everything that the model would write at
 * that place of the conversation, its stop token included.
 *
 * @param completionOnly of a prompt and its completion, only the completion (TRL's {@code
 *     completion_only_loss})
 * @param roles the roles whose turns are learned (axolotl's {@code roles_to_train}); empty for
 *     every token of the conversation, the template's own included (TRL's {@code
 *     assistant_only_loss} off). A message may say otherwise for itself: {@code weight} 0 or 1
 *     (OpenAI), or {@code train} true or false
 * @param lastTurnOnly of the turns that would be learned, only the last one
 * @param eos at which turns a stop token that is the tokenizer's EOS is learned (axolotl's {@code
 *     train_on_eos})
 * @param eot the same for another stop token (axolotl's {@code train_on_eot})
 */
public record TrainOn(
    boolean completionOnly,
    Optional<Set<String>> roles,
    boolean lastTurnOnly,
    StopTokens eos,
    StopTokens eot) {
  /** The model's own turns with their stop tokens. */
  public static final TrainOn DEFAULT =
      new TrainOn(true, Optional.of(Set.of("assistant")), false, StopTokens.TURN, StopTokens.TURN);

  /** At which turns a stop token is learned. */
  public enum StopTokens {
    /** At every turn, learned or not. */
    ALL,
    /** At the turns that are learned. */
    TURN,
    /** At the last of the turns that are learned. */
    LAST,
    /** Never. */
    NONE
  }

  public TrainOn {
    roles = roles.map(Set::copyOf);
  }
}
