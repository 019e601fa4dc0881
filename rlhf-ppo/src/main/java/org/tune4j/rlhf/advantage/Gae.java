package org.tune4j.rlhf.advantage;

/** Generalised advantage estimation (Schulman et al., 2016, eq. 16). */
public final class Gae {
  private Gae() {}

  /**
   * The advantages of a response that ends with its last position.
   *
   * @param rewards {@code [positions]}
   * @param values {@code [positions]}, of the states that the tokens were said in
   * @param gamma discount, 0 to 1
   * @param lambda 0 for one step of bootstrapping, 1 for none
   * @return {@code [positions]}
   */
  public static double[] advantages(
      double[] rewards, double[] values, double gamma, double lambda) {
    double[] advantages = new double[rewards.length];
    double later = 0;
    for (int t = rewards.length - 1; t >= 0; t--) {
      double next = t + 1 < values.length ? values[t + 1] : 0;
      double delta = rewards[t] + gamma * next - values[t];
      later = delta + gamma * lambda * later;
      advantages[t] = later;
    }
    return advantages;
  }

  /** What values are to be: {@code advantages + values}. */
  public static double[] returns(double[] advantages, double[] values) {
    double[] returns = new double[values.length];
    for (int t = 0; t < returns.length; t++) {
      returns[t] = advantages[t] + values[t];
    }
    return returns;
  }
}
