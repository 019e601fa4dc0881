package org.tune4j.rlhf.reward;

import java.time.Duration;
import org.tune4j.engine.ConfigException;

/**
 * How rewards are called.
 *
 * @param threads calls at once
 * @param timeout of a sample: see {@link #timeout(int)} for a call of many
 * @param maxDroppedShare of a call's samples, above which the run stops; 0 for at the first
 */
public record RewardLimits(int threads, Duration timeout, double maxDroppedShare) {
  private static final Duration LONGEST = Duration.ofDays(1);

  /** A call that hangs is not waited for longer, however many samples it has. */
  private static final Duration LONGEST_CALL = Duration.ofMinutes(10);

  /** As many threads as processors, 30 seconds a sample, a quarter of the samples. */
  public static final RewardLimits DEFAULT =
      new RewardLimits(Runtime.getRuntime().availableProcessors(), Duration.ofSeconds(30), 0.25);

  public RewardLimits {
    if (threads < 1) {
      throw new ConfigException("reward threads: wanted at least 1, found " + threads);
    }
    if (timeout.compareTo(Duration.ofMillis(1)) < 0 || timeout.compareTo(LONGEST) > 0) {
      throw new ConfigException("reward timeout: wanted 1 ms to " + LONGEST + ", found " + timeout);
    }
    if (!(maxDroppedShare >= 0 && maxDroppedShare <= 1)) {
      throw new ConfigException(
          "reward max dropped share: wanted 0 to 1, found " + maxDroppedShare);
    }
  }

  /**
   * How long a call of so many samples may take: as many times as long as one, but ten minutes at
   * most where one sample may not have longer. What takes longer is asked again sample by sample.
   */
  Duration timeout(int samples) {
    Duration most = timeout.compareTo(LONGEST_CALL) > 0 ? timeout : LONGEST_CALL;
    Duration all = timeout.multipliedBy(samples);
    return all.compareTo(most) > 0 ? most : all;
  }
}
