package org.tune4j.rlhf.rollout;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tune4j.engine.EngineBugException;
import org.tune4j.rlhf.policy.Said;

/** The experiences of the update under way. */
public final class RolloutBuffer {
  private final Map<Long, Experience> experiences = new LinkedHashMap<>();

  /** What was looked at in one pass each, as long as the policy is sure to be the same. */
  private final Set<Set<Long>> fresh = new HashSet<>();

  private boolean begun;

  /**
   * Takes those of an update in place of what it held.
   *
   * @param looked the passes that their log-probabilities are of; none where the policy is another
   *     one by now
   */
  public void fill(List<Experience> update, List<List<Rollout>> looked) {
    experiences.clear();
    update.forEach(each -> experiences.put(each.rollout().id(), each));
    fresh.clear();
    looked.forEach(pass -> fresh.add(pass.stream().map(Rollout::id).collect(Collectors.toSet())));
    begun = false;
  }

  /**
   * Notes that a step is begun. Whether the one before was made or passed over, and how, the policy
   * may be another one from the second on.
   */
  public void begin() {
    if (begun) {
      fresh.clear();
    }
    begun = true;
  }

  /**
   * Before an update the policy is the one whose log-probabilities were kept, and a pass over the
   * same rollouts says the same. (A micro-batch that was halved for want of memory rounds
   * otherwise.)
   *
   * @param said of all labelled tokens of the layout
   * @throws EngineBugException if it is not, though it has not learned yet
   */
  public void requireSame(RolloutLayout layout, Said said) {
    if (!fresh.contains(layout.ids())) {
      return;
    }
    for (int place = 0; place < layout.rollouts(); place++) {
      double[] old = get(layout.id(place)).logProbs();
      double[] now = layout.ofLabels(said.logProbs(), place);
      if (!Arrays.equals(old, now)) {
        double worst =
            IntStream.range(0, now.length)
                .mapToDouble(t -> Math.abs(now[t] - old[t]))
                .max()
                .orElse(Double.NaN);
        throw new EngineBugException(
            "Rollout %d: before the first update the policy's log-probabilities differ by %s from those that were kept: the ratio is not 1"
                .formatted(layout.id(place), worst));
      }
    }
  }

  /** Whether it has experiences of all of these rollouts. */
  public boolean holds(long[] ids) {
    return Arrays.stream(ids).allMatch(experiences::containsKey);
  }

  /**
   * One of them.
   *
   * @throws IllegalArgumentException if it holds no such rollout
   */
  public Experience get(long id) {
    Experience experience = experiences.get(id);
    if (experience == null) {
      throw new IllegalArgumentException("No experience of rollout " + id);
    }
    return experience;
  }

  /** All of them, in their order. */
  public List<Experience> all() {
    return new ArrayList<>(experiences.values());
  }
}
