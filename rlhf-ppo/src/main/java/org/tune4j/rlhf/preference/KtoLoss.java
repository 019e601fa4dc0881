package org.tune4j.rlhf.preference;

import org.tune4j.engine.data.Rating;

/**
 * KTO: each answer alone is to be likelier or less likely than the reference finds it, by more than
 * the policy has moved anyway.
 */
public record KtoLoss(KtoConfig config) implements PreferenceLoss {
  @Override
  public boolean isPaired() {
    return false;
  }

  @Override
  public boolean usesKl() {
    return config.lossType() == KtoConfig.Type.KTO;
  }

  @Override
  public Graded of(ScoredAnswers answers) {
    int documents = answers.rated().size();
    double[] losses = new double[documents];
    double[] byLogProb = new double[documents];
    double[] rewards = new double[documents];
    double moved = usesKl() ? Math.max(0, answers.kl()) : 0;
    for (int d = 0; d < documents; d++) {
      boolean good = answers.rated().get(d).rating() == Rating.CHOSEN;
      double weight = good ? config.desirableWeight() : config.undesirableWeight();
      double sign = good ? 1 : -1;
      double z = sign * config.beta() * (answers.ratio(d) - moved);
      losses[d] = weight * Logistic.sigmoid(-z);
      byLogProb[d] = -weight * sign * config.beta() * Logistic.derivative(z);
      rewards[d] = config.beta() * answers.ratio(d);
    }
    return new Graded(losses, byLogProb, rewards);
  }
}
