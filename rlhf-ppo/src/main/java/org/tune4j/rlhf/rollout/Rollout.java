package org.tune4j.rlhf.rollout;

/**
 * A prompt and what a policy said to it. The arrays belong to this record and are not to be
 * changed.
 *
 * @param id its own, among all rollouts of a run
 * @param prompt token ids, at least one
 * @param response token ids, the one that ends it included
 * @param ended whether the policy ended it itself; else it was cut
 * @param logProbs {@code [response]}: natural logarithms of their probabilities under the policy as
 *     the sampler saw it, at temperature 1
 */
public record Rollout(long id, int[] prompt, int[] response, boolean ended, double[] logProbs) {
  public Rollout {
    if (prompt.length == 0 || response.length == 0 || logProbs.length != response.length) {
      throw new IllegalArgumentException(
          "Rollout %d: a prompt of %d tokens, a response of %d with %d log-probabilities"
              .formatted(id, prompt.length, response.length, logProbs.length));
    }
  }

  /** Tokens of prompt and response. */
  public int length() {
    return prompt.length + response.length;
  }
}
