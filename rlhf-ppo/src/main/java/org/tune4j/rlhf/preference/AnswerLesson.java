package org.tune4j.rlhf.preference;

import java.util.List;
import org.tune4j.engine.data.RatedDocument;
import org.tune4j.engine.data.Rating;

/**
 * What is learned of the answers of a batch, from what policy and reference say of their tokens.
 *
 * @param graded the losses of pairs or answers
 * @param nll negative log-likelihood of the tokens of chosen answers together
 * @param byToken {@code [tokens]}: what all losses together change by with the log-probability of
 *     each token
 * @param logProbs {@code [documents]}: of each answer, as the loss saw it
 */
public record AnswerLesson(Graded graded, double nll, double[] byToken, double[] logProbs) {
  /**
   * Learns.
   *
   * @param rated {@code [documents]}
   * @param lengths {@code [documents]}: tokens of each answer
   * @param ofTokens {@code [tokens]}: log-probabilities of the policy, one answer after the other
   * @param references the same of the reference; 0 without one
   * @param kl see {@link ScoredAnswers#kl}
   * @param nllShare what a nat of {@link #nll} counts
   */
  public static AnswerLesson of(
      PreferenceLoss loss,
      List<RatedDocument> rated,
      int[] lengths,
      double[] ofTokens,
      double[] references,
      double kl,
      double nllShare) {
    AnswerTokens tokens = new AnswerTokens(rated, lengths, loss.ldAlpha());
    double[] logProbs = tokens.sums(ofTokens);
    Graded graded =
        loss.of(new ScoredAnswers(rated, logProbs, tokens.sums(references), lengths, kl));
    double[] byToken = tokens.spread(graded.byLogProb());
    double nll = 0;
    for (int d = 0; d < lengths.length; d++) {
      if (rated.get(d).rating() == Rating.CHOSEN) {
        for (int t = tokens.first(d); t < tokens.first(d + 1); t++) {
          nll -= ofTokens[t];
          byToken[t] -= nllShare;
        }
      }
    }
    return new AnswerLesson(graded, nll, byToken, logProbs);
  }
}
