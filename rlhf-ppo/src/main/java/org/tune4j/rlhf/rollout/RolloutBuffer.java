package org.tune4j.rlhf.rollout;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The experiences of the update under way. */
public final class RolloutBuffer {
  private final Map<Long, Experience> experiences = new LinkedHashMap<>();
  private boolean fresh;

  /**
   * Takes those of an update in place of what it held.
   *
   * @param fresh whether the policy is still the one that they were made with
   */
  public void fill(List<Experience> update, boolean fresh) {
    experiences.clear();
    update.forEach(each -> experiences.put(each.rollout().id(), each));
    this.fresh = fresh;
  }

  /** Notes that the policy has learned. */
  public void age() {
    fresh = false;
  }

  /** Whether the policy is still the one that they were made with. */
  public boolean isFresh() {
    return fresh;
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
