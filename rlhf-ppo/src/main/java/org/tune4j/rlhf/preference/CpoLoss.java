package org.tune4j.rlhf.preference;

import java.util.List;
import java.util.stream.IntStream;
import org.tune4j.rlhf.preference.ScoredAnswers.Pair;

/** CPO, SimPO and AlphaPO: pairs by what the policy alone says of them. */
public record CpoLoss(CpoConfig config) implements PreferenceLoss {
  @Override
  public boolean usesReference() {
    return false;
  }

  @Override
  public double nllWeight() {
    return config.nllWeight();
  }

  @Override
  public Graded of(ScoredAnswers answers) {
    List<Pair> pairs = answers.pairs();
    double[] losses = new double[pairs.size()];
    double[] byLogProb = new double[answers.rated().size()];
    for (int p = 0; p < losses.length; p++) {
      Pair pair = pairs.get(p);
      double margin = reward(answers, pair.chosen()) - reward(answers, pair.rejected());
      PairGrade grade =
          grade(margin).through(by(answers, pair.chosen()), by(answers, pair.rejected()));
      losses[p] = grade.loss();
      byLogProb[pair.chosen()] = grade.byChosen();
      byLogProb[pair.rejected()] = grade.byRejected();
    }
    double[] rewards =
        IntStream.range(0, byLogProb.length)
            .mapToDouble(d -> config.beta() * reward(answers, d))
            .toArray();
    return new Graded(losses, byLogProb, rewards);
  }

  private PairGrade grade(double margin) {
    double beta = config.beta();
    double e = config.labelSmoothing();
    return switch (config.lossType()) {
      case SIGMOID -> PairGrade.smoothed(margin, beta, e);
      case SIMPO -> PairGrade.smoothed(margin - config.simpoGamma() / beta, beta, e);
      case HINGE -> PairGrade.hinge(margin, beta);
      case IPO -> PairGrade.squared(margin, beta);
    };
  }

  private double logProb(ScoredAnswers answers, int document) {
    return config.lossType().isOfMeans() ? answers.mean(document) : answers.logProbs()[document];
  }

  private double reward(ScoredAnswers answers, int document) {
    double logProb = logProb(answers, document);
    return config.alpha() == 0 ? logProb : -Math.expm1(-config.alpha() * logProb) / config.alpha();
  }

  /** What the reward changes by with the log-probability of the whole answer. */
  private double by(ScoredAnswers answers, int document) {
    double share = config.lossType().isOfMeans() ? 1.0 / answers.tokens()[document] : 1;
    return share * Math.exp(-config.alpha() * logProb(answers, document));
  }
}
