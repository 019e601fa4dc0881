package org.tune4j.rlhf.grpo;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tune4j.rlhf.advantage.GroupAdvantages;
import org.tune4j.rlhf.advantage.Spread;
import org.tune4j.rlhf.rollout.ScoredRollout;

/** What is told of the answers of an update, by TRL's names. */
final class GrpoMetrics {
  private GrpoMetrics() {}

  static Map<String, Double> of(List<ScoredRollout> rollouts, int generations) {
    double[] rewards = rollouts.stream().mapToDouble(ScoredRollout::score).toArray();
    int[] lengths = lengths(rollouts);
    List<ScoredRollout> ended = rollouts.stream().filter(each -> each.rollout().ended()).toList();
    List<ScoredRollout> scored = rollouts.stream().filter(ScoredRollout::hasScore).toList();
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("reward", Spread.mean(rewards));
    values.put("reward_std", Spread.deviation(rewards));
    if (generations > 1) {
      values.put("frac_reward_zero_std", GroupAdvantages.withoutSpread(rewards, generations));
    }
    put(values, "length", lengths);
    values.put("completions/clipped_ratio", 1 - (double) ended.size() / rollouts.size());
    put(values, "terminated_length", lengths(ended));
    values.put("rollout/dropped", (double) rollouts.size() - scored.size());
    values.put(
        "rollout/score_length_correlation",
        Spread.correlation(
            Spread.known(rewards), IntStream.of(lengths(scored)).asDoubleStream().toArray()));
    return values;
  }

  private static int[] lengths(List<ScoredRollout> rollouts) {
    return rollouts.stream().mapToInt(each -> each.rollout().response().length).toArray();
  }

  /** 0 of none, as TRL has it. */
  private static void put(Map<String, Double> values, String name, int[] lengths) {
    values.put("completions/mean_" + name, Arrays.stream(lengths).average().orElse(0));
    values.put("completions/min_" + name, (double) Arrays.stream(lengths).min().orElse(0));
    values.put("completions/max_" + name, (double) Arrays.stream(lengths).max().orElse(0));
  }
}
