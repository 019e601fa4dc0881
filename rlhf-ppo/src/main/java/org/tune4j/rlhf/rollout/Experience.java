package org.tune4j.rlhf.rollout;

/**
 * What there is to learn from a rollout. Arrays of values may have one number more than the
 * response has tokens: that of the state behind it (see {@link
 * org.tune4j.rlhf.advantage.ScorePlacement}). They belong to this record and are not to be changed.
 *
 * @param rollout what was said
 * @param logProbs {@code [response]}, of the policy before the first update
 * @param refLogProbs {@code [response]}, of the reference
 * @param advantages {@code [response]}
 * @param values {@code [response]}, of the critic before the first update; empty without a critic
 * @param returns what the values are to be; as many
 */
public record Experience(
    Rollout rollout,
    double[] logProbs,
    double[] refLogProbs,
    double[] advantages,
    double[] values,
    double[] returns) {
  public Experience {
    int tokens = rollout.response().length;
    if (logProbs.length != tokens
        || refLogProbs.length != tokens
        || advantages.length != tokens
        || values.length != returns.length
        || values.length != 0 && values.length != tokens && values.length != tokens + 1) {
      throw new IllegalArgumentException(
          "Rollout %d: %d tokens, log-probabilities %d and %d, advantages %d, values %d, returns %d"
              .formatted(
                  rollout.id(),
                  tokens,
                  logProbs.length,
                  refLogProbs.length,
                  advantages.length,
                  values.length,
                  returns.length));
    }
  }
}
