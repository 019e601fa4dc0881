package org.tune4j.examples.bench;

import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * When a run is killed: spread over all that it does, from the start of its process, through its
 * updates and checkpoints, to the end of its process.
 */
final class KillSchedule {
  /** A start makes at most so many updates before it is killed. */
  private static final int STRIDE = 4;

  /** An update and its checkpoint take about as long. */
  private static final Duration JITTER = Duration.ofMillis(30);

  private final SplittableRandom random;
  private final long updates;
  private final Duration starting;
  private final Duration ending;

  /**
   * The moments of a bench.
   *
   * @param updates the updates of a run
   * @param starting from the start of a process to its first update
   * @param ending from the last update to the end of its process
   */
  KillSchedule(long seed, long updates, Duration starting, Duration ending) {
    this.random = new SplittableRandom(seed);
    this.updates = updates;
    this.starting = starting;
    this.ending = ending;
  }

  /**
   * A moment.
   *
   * @param phase what the run does then
   * @param update it is waited until the run has made so many updates
   * @param then and so much longer
   */
  record Moment(Phase phase, long update, Duration then) {}

  /** What a run does when it is killed. */
  enum Phase {
    STARTING,
    UPDATING,
    ENDING
  }

  /**
   * When to kill the next start of a run; empty for not at all, which only a run that has made all
   * its updates is spared.
   *
   * @param made updates that the run has made so far
   */
  Optional<Moment> next(long made) {
    if (made == updates) {
      return random.nextBoolean()
          ? Optional.of(new Moment(Phase.ENDING, made, upTo(starting.plus(ending))))
          : Optional.empty();
    }
    long update = made + random.nextLong(Math.min(STRIDE, updates - made) + 1);
    if (update == made) {
      return Optional.of(new Moment(Phase.STARTING, made, upTo(starting)));
    }
    return Optional.of(
        update == updates
            ? new Moment(Phase.ENDING, update, upTo(ending))
            : new Moment(Phase.UPDATING, update, upTo(JITTER)));
  }

  private Duration upTo(Duration longest) {
    return Duration.ofNanos(random.nextLong(longest.toNanos()));
  }
}
