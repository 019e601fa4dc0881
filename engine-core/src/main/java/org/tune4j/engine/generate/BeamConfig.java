package org.tune4j.engine.generate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tune4j.engine.ConfigException;

/**
 * How beam search continues prompts. Names are those of transformers' {@code GenerationConfig}.
 *
 * @param maxNewTokens the most tokens that are added
 * @param numBeams continuations that are held at once; at least 2
 * @param numReturnSequences continuations that are returned; at most {@code numBeams}
 * @param lengthPenalty a continuation's score is the sum of its log-probabilities over its length
 *     to this power
 * @param earlyStopping when a prompt is done
 * @param endOfText tokens that end a text; absent for those of the model's {@code config.json}, an
 *     empty set for none
 */
public record BeamConfig(
    int maxNewTokens,
    int numBeams,
    int numReturnSequences,
    double lengthPenalty,
    EarlyStopping earlyStopping,
    Optional<Set<Integer>> endOfText) {
  /** When a prompt is done. */
  public enum EarlyStopping {
    /** When it is unlikely that anything better comes: judged by the present length. */
    FALSE,
    /** As soon as {@code numBeams} continuations have ended. */
    TRUE,
    /** When nothing better can come. */
    NEVER
  }

  public BeamConfig {
    endOfText = endOfText.map(Set::copyOf);
    List<String> faults = new ArrayList<>();
    check(faults, maxNewTokens >= 1, "max_new_tokens: wanted at least 1", maxNewTokens);
    check(faults, numBeams >= 2, "num_beams: wanted at least 2", numBeams);
    check(
        faults,
        numReturnSequences >= 1 && numReturnSequences <= numBeams,
        "num_return_sequences: wanted 1 to num_beams",
        numReturnSequences);
    check(
        faults,
        Double.isFinite(lengthPenalty),
        "length_penalty: wanted a finite number",
        lengthPenalty);
    for (int id : endOfText.orElse(Set.of())) {
      check(faults, id >= 0, "eos_token_id: wanted token ids", id);
    }
    if (!faults.isEmpty()) {
      throw new ConfigException("Beam search: " + String.join("; ", faults));
    }
  }

  private static void check(List<String> faults, boolean holds, String wanted, Object found) {
    if (!holds) {
      faults.add(wanted + ", found " + found);
    }
  }
}
