package org.tune4j.rlhf.reward.model;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.rlhf.reward.BatchReward;
import org.tune4j.rlhf.reward.RewardSample;

/**
 * Several rewards of the same kind as one that trusts what they agree on (Coste et al., 2024): a
 * policy finds the faults of one model, and seldom the same fault in all.
 */
public final class RewardEnsemble implements BatchReward {
  private final List<BatchReward> members;
  private final boolean least;
  private final double deviations;

  private RewardEnsemble(List<? extends BatchReward> members, boolean least, double deviations) {
    if (members.size() < 2) {
      throw new ConfigException(
          "reward ensemble: wanted at least 2 members, found " + members.size());
    }
    if (!(deviations >= 0 && Double.isFinite(deviations))) {
      throw new ConfigException(
          "reward ensemble: wanted 0 deviations or more, found " + deviations);
    }
    this.members = List.copyOf(members);
    this.least = least;
    this.deviations = deviations;
  }

  /**
   * The mean of the members less their disagreement.
   *
   * @param deviations how many standard deviations are taken off; 0 for the mean
   */
  public static RewardEnsemble mean(List<? extends BatchReward> members, double deviations) {
    return new RewardEnsemble(members, false, deviations);
  }

  /** What the member that thinks least of a response gives. */
  public static RewardEnsemble least(List<? extends BatchReward> members) {
    return new RewardEnsemble(members, true, 0);
  }

  @Override
  public double[] scores(List<RewardSample> samples) throws Exception {
    double[][] opinions = opinions(samples);
    return IntStream.range(0, samples.size()).mapToDouble(s -> together(opinions, s)).toArray();
  }

  /** What is no number, of any member, is passed on as it is. */
  private double together(double[][] opinions, int sample) {
    for (double[] each : opinions) {
      if (!Double.isFinite(each[sample])) {
        return each[sample];
      }
    }
    return least
        ? Arrays.stream(opinions).mapToDouble(each -> each[sample]).min().orElseThrow()
        : mean(opinions, sample) - deviations * disagreement(opinions, sample);
  }

  @Override
  public int batchSize() {
    return members.stream().mapToInt(BatchReward::batchSize).min().orElseThrow();
  }

  /** {@code [members, samples]}: what each says. */
  public double[][] opinions(List<RewardSample> samples) throws Exception {
    double[][] opinions = new double[members.size()][];
    for (int m = 0; m < opinions.length; m++) {
      opinions[m] = members.get(m).scores(samples);
      if (opinions[m].length != samples.size()) {
        throw new ConfigException(
            "reward ensemble: member %d gave %d rewards for %d samples"
                .formatted(m, opinions[m].length, samples.size()));
      }
    }
    return opinions;
  }

  private static double mean(double[][] opinions, int sample) {
    return Arrays.stream(opinions).mapToDouble(each -> each[sample]).sum() / opinions.length;
  }

  /** The standard deviation of the members' opinions of a sample, over all of them. */
  public static double disagreement(double[][] opinions, int sample) {
    double mean = mean(opinions, sample);
    double squares =
        Arrays.stream(opinions)
            .mapToDouble(each -> (each[sample] - mean) * (each[sample] - mean))
            .sum();
    return Math.sqrt(squares / opinions.length);
  }
}
