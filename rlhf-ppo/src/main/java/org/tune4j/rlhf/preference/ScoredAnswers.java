package org.tune4j.rlhf.preference;

import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.data.RatedDocument;
import org.tune4j.engine.data.Rating;

/**
 * The answers of a batch as policy and reference see them. The arrays belong to this record and are
 * not to be changed.
 *
 * @param rated {@code [documents]}: which are good, and which are compared
 * @param logProbs {@code [documents]}: of all tokens of each answer together, in nats
 * @param references {@code [documents]}: the same of the reference; 0 without one
 * @param tokens {@code [documents]}: of each answer
 * @param kl how far the policy is from the reference by unrelated answers, in nats; 0 where that is
 *     not asked for
 */
public record ScoredAnswers(
    List<RatedDocument> rated, double[] logProbs, double[] references, int[] tokens, double kl) {
  public ScoredAnswers {
    rated = List.copyOf(rated);
    if (logProbs.length != rated.size()
        || references.length != rated.size()
        || tokens.length != rated.size()) {
      throw new IllegalArgumentException(
          "%d answers, %d log-probabilities, %d of the reference, %d lengths"
              .formatted(rated.size(), logProbs.length, references.length, tokens.length));
    }
  }

  /** How much likelier the policy finds an answer than the reference does, in nats. */
  public double ratio(int document) {
    return logProbs[document] - references[document];
  }

  /** Log-probability a token. */
  public double mean(int document) {
    return logProbs[document] / tokens[document];
  }

  /** The places of a chosen answer and of the rejected one that it is compared with. */
  public record Pair(int chosen, int rejected) {}

  /** All pairs, in the order of their chosen answers. */
  public List<Pair> pairs() {
    List<Pair> pairs = new ArrayList<>();
    for (int d = 0; d < rated.size(); d++) {
      if (rated.get(d).isPaired() && rated.get(d).rating() == Rating.CHOSEN) {
        pairs.add(new Pair(d, rated.get(d).other()));
      }
    }
    return pairs;
  }
}
