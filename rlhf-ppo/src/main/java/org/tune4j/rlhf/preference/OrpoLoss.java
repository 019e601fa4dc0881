package org.tune4j.rlhf.preference;

import java.util.List;
import java.util.stream.IntStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.rlhf.preference.ScoredAnswers.Pair;

/**
 * ORPO (Hong et al., 2024): the negative log-likelihood of prompt and chosen answer, and how much
 * greater the odds of a chosen token are. Without a reference.
 *
 * @param beta what the odds count, above 0; TRL's default 0.1
 */
public record OrpoLoss(double beta) implements PreferenceLoss {
  /** A mean token that is all but sure has no finite odds; it counts as this sure. */
  private static final double SUREST = -1e-6;

  public OrpoLoss {
    if (!(beta > 0 && Double.isFinite(beta))) {
      throw new ConfigException("beta: wanted above 0, found " + beta);
    }
  }

  @Override
  public boolean usesReference() {
    return false;
  }

  @Override
  public double nllWeight() {
    return 1;
  }

  @Override
  public boolean nllOfPrompt() {
    return true;
  }

  @Override
  public Graded of(ScoredAnswers answers) {
    List<Pair> pairs = answers.pairs();
    double[] losses = new double[pairs.size()];
    double[] byLogProb = new double[answers.rated().size()];
    for (int p = 0; p < losses.length; p++) {
      Pair pair = pairs.get(p);
      double chosen = answers.mean(pair.chosen());
      double rejected = answers.mean(pair.rejected());
      double odds = logOdds(chosen) - logOdds(rejected);
      losses[p] = -beta * Logistic.logSigmoid(odds);
      double by = -beta * Logistic.sigmoid(-odds);
      byLogProb[pair.chosen()] = by * byMean(chosen) / answers.tokens()[pair.chosen()];
      byLogProb[pair.rejected()] = -by * byMean(rejected) / answers.tokens()[pair.rejected()];
    }
    double[] rewards =
        IntStream.range(0, byLogProb.length).mapToDouble(d -> beta * answers.mean(d)).toArray();
    return new Graded(losses, byLogProb, rewards);
  }

  /** {@code log(p / (1 - p))} of {@code log p}. */
  private static double logOdds(double logProb) {
    double p = Math.min(logProb, SUREST);
    return logProb - Math.log(-Math.expm1(p));
  }

  private static double byMean(double logProb) {
    return logProb > SUREST ? 1 : -1 / Math.expm1(logProb);
  }
}
