package org.tune4j.rlhf.advantage;

import java.util.Arrays;

/**
 * Advantages of responses to the same prompt over one another: each response's reward less what the
 * others suggest. A reward that is NaN counts nowhere, and its advantage is 0.
 */
public final class GroupAdvantages {
  /** Keeps groups without spread from dividing by 0, as in TRL. */
  private static final double EPSILON = 1e-4;

  private GroupAdvantages() {}

  /**
   * Of the mean of the group (Shao et al., 2024).
   *
   * @param rewards group after group
   * @param generations responses of a group
   */
  public static double[] ofMean(double[] rewards, int generations, RewardScale scale) {
    double[] advantages = lessMean(rewards, generations);
    double all = Spread.deviation(rewards);
    for (int i = 0; i < rewards.length; i++) {
      advantages[i] /=
          switch (scale) {
            case GROUP -> Spread.deviation(group(rewards, generations, i)) + EPSILON;
            case BATCH -> all + EPSILON;
            case NONE -> 1;
          };
    }
    return known(advantages);
  }

  /**
   * Rewards less the mean of their group; NaN of NaN. Exactly 0 where all of a group are the same,
   * from which the mean may differ in its last bits.
   */
  public static double[] lessMean(double[] rewards, int generations) {
    double[] left = new double[rewards.length];
    Arrays.setAll(left, i -> lessMean(rewards[i], Spread.known(group(rewards, generations, i))));
    return left;
  }

  private static double lessMean(double reward, double[] known) {
    boolean same = Arrays.stream(known).allMatch(each -> each == reward);
    return same && !Double.isNaN(reward) ? 0 : reward - Spread.mean(known);
  }

  /**
   * Of the mean of the others in the group (RLOO: Ahmadian et al., 2024).
   *
   * @param normalise whether all advantages are brought to mean 0 and variance 1
   */
  public static double[] leaveOneOut(double[] rewards, int generations, boolean normalise) {
    double[] left = lessMean(rewards, generations);
    double[] advantages = new double[rewards.length];
    for (int i = 0; i < rewards.length; i++) {
      double known = Spread.known(group(rewards, generations, i)).length;
      // What a reward has over the mean of all, the others' mean is below it in proportion.
      advantages[i] = known > 1 ? left[i] * known / (known - 1) : Double.NaN;
    }
    if (normalise) {
      double mean = Spread.mean(advantages);
      double factor = Spread.deviation(advantages) + EPSILON;
      Arrays.setAll(advantages, i -> (advantages[i] - mean) / factor);
    }
    return known(advantages);
  }

  /**
   * What share of the groups has the same reward for every response, so that nothing is learned.
   */
  public static double withoutSpread(double[] rewards, int generations) {
    int groups = rewards.length / generations;
    long same = 0;
    for (int g = 0; g < groups; g++) {
      same += Spread.deviation(group(rewards, generations, g * generations)) <= 1e-8 ? 1 : 0;
    }
    return (double) same / groups;
  }

  private static double[] group(double[] rewards, int generations, int i) {
    int first = i - i % generations;
    return Arrays.copyOfRange(rewards, first, first + generations);
  }

  private static double[] known(double[] advantages) {
    return Arrays.stream(advantages).map(each -> Double.isNaN(each) ? 0 : each).toArray();
  }
}
