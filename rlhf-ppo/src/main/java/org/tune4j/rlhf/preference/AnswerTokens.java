package org.tune4j.rlhf.preference;

import java.util.List;
import org.tune4j.engine.data.RatedDocument;

/**
 * The tokens of a batch's answers, one answer after the other: from numbers of tokens to those of
 * answers, and back.
 */
final class AnswerTokens {
  private final List<RatedDocument> rated;
  private final int[] firsts;
  private final double ldAlpha;

  /**
   * The tokens of answers.
   *
   * @param lengths {@code [documents]}: tokens of each answer
   * @param ldAlpha what a token counts beyond the shorter answer of its pair
   */
  AnswerTokens(List<RatedDocument> rated, int[] lengths, double ldAlpha) {
    this.rated = rated;
    this.ldAlpha = ldAlpha;
    this.firsts = new int[lengths.length + 1];
    for (int d = 0; d < lengths.length; d++) {
      firsts[d + 1] = firsts[d] + lengths[d];
    }
  }

  /** The first token of an answer, counted over the batch; behind the last answer, all. */
  int first(int document) {
    return firsts[document];
  }

  int length(int document) {
    return firsts[document + 1] - firsts[document];
  }

  /** What a token of an answer counts. */
  private double weight(int document, int t) {
    int other = rated.get(document).other();
    return other >= 0 && t >= length(other) ? ldAlpha : 1;
  }

  /**
   * Log-probabilities of whole answers.
   *
   * @param ofTokens {@code [tokens]}
   * @return {@code [documents]}
   */
  double[] sums(double[] ofTokens) {
    double[] sums = new double[rated.size()];
    for (int d = 0; d < sums.length; d++) {
      for (int t = 0; t < length(d); t++) {
        sums[d] += weight(d, t) * ofTokens[firsts[d] + t];
      }
    }
    return sums;
  }

  /**
   * Gradients with respect to tokens, of those with respect to {@link #sums}.
   *
   * @return {@code [tokens]}
   */
  double[] spread(double[] ofAnswers) {
    double[] ofTokens = new double[firsts[rated.size()]];
    for (int d = 0; d < ofAnswers.length; d++) {
      for (int t = 0; t < length(d); t++) {
        ofTokens[firsts[d] + t] = weight(d, t) * ofAnswers[d];
      }
    }
    return ofTokens;
  }
}
