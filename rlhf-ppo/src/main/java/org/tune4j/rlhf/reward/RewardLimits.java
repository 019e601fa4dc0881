package org.tune4j.rlhf.reward;

import java.time.Duration;
import org.tune4j.engine.ConfigException;

/**
 * How rewards are called.
 *
 * @param threads calls at once
 * @param timeout of a sample; a call of many has as many times as long
 * @param maxDroppedShare of a call's samples, above which the run stops; 0 for at the first
 */
public record RewardLimits(int threads, Duration timeout, double maxDroppedShare) {
  private static final Duration LONGEST = Duration.ofDays(1);

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
}
