package org.tune4j.rlhf.grpo;

import static org.tune4j.engine.Wanted.isAtLeastZero;
import static org.tune4j.engine.Wanted.isPositive;
import static org.tune4j.engine.Wanted.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tune4j.rlhf.advantage.Gae;
import org.tune4j.rlhf.advantage.GroupAdvantages;
import org.tune4j.rlhf.advantage.KlEstimator;
import org.tune4j.rlhf.advantage.TokenRewards;
import org.tune4j.rlhf.advantage.Whitening;
import org.tune4j.rlhf.loss.ClippedSurrogate;
import org.tune4j.rlhf.loss.LossNormaliser;
import org.tune4j.rlhf.loss.RatioLevel;
import org.tune4j.rlhf.loss.ResponseLoss;
import org.tune4j.rlhf.ppo.RolloutLook.Looked;

/**
 * What REINFORCE with a bound on its ratios is told besides what every run is told: REINFORCE++ (Hu
 * et al., 2025) with its defaults, the same with {@link Baseline#GROUP}, and ReMax (Li et al.,
 * 2024) with {@link Baseline#GREEDY} and without {@code normalizeAdvantages}. Leaving the reference
 * is paid for token by token, as in PPO, and a token's advantage is what comes after it.
 *
 * @param generation how the policy is asked
 * @param baseline what is taken from scores
 * @param normalizeAdvantages whether advantages of all tokens are brought to mean 0 and variance 1
 * @param klCoef what a nat of leaving the reference takes from the reward; 0 for no reference
 * @param klEstimator of that
 * @param epsilon how far a probability may fall in an update, as a share
 * @param epsilonHigh how far it may rise; null for as far
 */
public record ReinforceConfig(
    GenerationSettings generation,
    Baseline baseline,
    boolean normalizeAdvantages,
    double klCoef,
    KlEstimator klEstimator,
    double epsilon,
    Double epsilonHigh)
    implements CriticFreeConfig {
  /** What is taken from the score of a response. */
  public enum Baseline {
    /** Nothing: REINFORCE++. */
    NONE,
    /** The mean of the scores of its group: REINFORCE++-baseline. */
    GROUP,
    /** The score of what the policy takes for the best response: ReMax. */
    GREEDY
  }

  public ReinforceConfig {
    require(isAtLeastZero(klCoef), "kl_coef", "at least 0", klCoef);
    require(isPositive(epsilon), "epsilon", "above 0", epsilon);
    require(epsilonHigh == null || isPositive(epsilonHigh), "epsilon_high", "above 0", epsilonHigh);
    require(
        baseline != Baseline.GROUP || generation.numGenerations() > 1,
        "num_generations",
        "above 1 with baseline GROUP",
        generation.numGenerations());
  }

  @Override
  public CriticFreeMethod method() {
    return new CriticFreeMethod(
        this::advantages,
        new ResponseLoss(
            new ClippedSurrogate(
                epsilon, epsilonHigh == null ? epsilon : epsilonHigh, Double.POSITIVE_INFINITY),
            RatioLevel.TOKEN,
            0,
            false),
        LossNormaliser.TOKENS,
        baseline == Baseline.GREEDY,
        klCoef > 0,
        0,
        SamplerCorrection.NONE);
  }

  private List<double[]> advantages(List<Looked> looked, double[] scores, double[] greedyScores) {
    double[] left = lessBaseline(scores, greedyScores);
    List<double[]> known = new ArrayList<>();
    for (int i = 0; i < left.length; i++) {
      if (!Double.isNaN(left[i])) {
        known.add(toCome(looked.get(i), left[i]));
      }
    }
    List<double[]> whole = normalizeAdvantages ? Whitening.of(known, true) : known;
    List<double[]> all = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < left.length; i++) {
      boolean isKnown = !Double.isNaN(left[i]);
      all.add(isKnown ? whole.get(next) : new double[looked.get(i).logProbs().length]);
      next += isKnown ? 1 : 0;
    }
    return all;
  }

  private double[] lessBaseline(double[] scores, double[] greedyScores) {
    if (baseline == Baseline.GROUP) {
      return GroupAdvantages.lessMean(scores, generation.numGenerations());
    }
    double[] left = scores.clone();
    if (baseline == Baseline.GREEDY) {
      Arrays.setAll(left, i -> scores[i] - greedyScores[i]);
    }
    return left;
  }

  /** For each token, the rewards from it on: advantage estimation without values. */
  private double[] toCome(Looked looked, double score) {
    int tokens = looked.logProbs().length;
    double[] rewards =
        TokenRewards.of(
            looked.logProbs(), looked.refLogProbs(), score, klCoef, klEstimator, tokens);
    return Gae.advantages(rewards, new double[tokens], 1, 1);
  }

  /** The defaults, to be changed. */
  public static Builder builder() {
    return new Builder();
  }

  /** Sets what differs from the defaults. */
  public static final class Builder extends GenerationSettings.Builder<Builder> {
    private Baseline baseline = Baseline.NONE;
    private boolean normalizeAdvantages = true;
    private double klCoef = 0.01;
    private KlEstimator klEstimator = KlEstimator.K1;
    private double epsilon = 0.2;
    private Double epsilonHigh;

    private Builder() {
      super(1);
    }

    @Override
    Builder self() {
      return this;
    }

    public Builder baseline(Baseline value) {
      baseline = value;
      return this;
    }

    public Builder normalizeAdvantages(boolean value) {
      normalizeAdvantages = value;
      return this;
    }

    public Builder klCoef(double value) {
      klCoef = value;
      return this;
    }

    public Builder klEstimator(KlEstimator value) {
      klEstimator = value;
      return this;
    }

    public Builder epsilon(double value) {
      epsilon = value;
      return this;
    }

    public Builder epsilonHigh(Double value) {
      epsilonHigh = value;
      return this;
    }

    public ReinforceConfig build() {
      return new ReinforceConfig(
          generation(), baseline, normalizeAdvantages, klCoef, klEstimator, epsilon, epsilonHigh);
    }
  }
}
