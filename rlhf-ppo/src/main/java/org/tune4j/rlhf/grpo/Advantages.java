package org.tune4j.rlhf.grpo;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.tune4j.rlhf.ppo.RolloutLook.Looked;

/** From scores to what each token of a response is worth. */
@FunctionalInterface
public interface Advantages {
  /**
   * Advantages.
   *
   * @param scores of the responses, group after group; NaN for none
   * @param greedyScores of the likeliest responses to the same prompts; empty where not asked for
   * @return {@code [response]} of each; 0 without a score
   */
  List<double[]> of(List<Looked> looked, double[] scores, double[] greedyScores);

  /** One number for all tokens of a response. */
  static List<double[]> ofResponses(List<Looked> looked, double[] advantages) {
    return IntStream.range(0, advantages.length)
        .mapToObj(
            i -> {
              double[] tokens = new double[looked.get(i).logProbs().length];
              Arrays.fill(tokens, advantages[i]);
              return tokens;
            })
        .toList();
  }
}
