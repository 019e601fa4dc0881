package org.tune4j.rlhf.reward;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What samples are worth. The arrays belong to this record and are not to be changed.
 *
 * @param totals {@code [samples]}: the weighted sum of all rewards; NaN of those that were dropped
 * @param byReward {@code [samples]} of each reward, without its weight, in the order of the terms;
 *     NaN where it was left out or failed
 * @param dropped samples without a reward, in their order
 */
public record RewardScores(
    double[] totals, Map<String, double[]> byReward, List<DroppedSample> dropped) {
  public RewardScores {
    byReward = Collections.unmodifiableMap(new LinkedHashMap<>(byReward));
    dropped = List.copyOf(dropped);
  }

  /** The indices of the samples that have a reward, rising. */
  public int[] kept() {
    return IntStream.range(0, totals.length).filter(s -> !Double.isNaN(totals[s])).toArray();
  }
}
