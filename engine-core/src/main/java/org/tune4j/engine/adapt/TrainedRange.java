package org.tune4j.engine.adapt;

/**
 * Consecutive numbers that are updated alike.
 *
 * @param from its first number in the flat vectors
 * @param gradientFrom its first number in that of gradients
 * @param decayed whether weight decay applies
 * @param rate what its learning rate is a multiple of the run's by
 * @param unit what is updated together: where gradients are released the block, or {@link
 *     Trainable#NO_BLOCK}; else that for all
 */
public record TrainedRange(
    long from, long count, long gradientFrom, boolean decayed, double rate, int unit) {
  boolean isAlike(Trainable trainable, int itsUnit) {
    return decayed == trainable.decayed() && rate == trainable.rate() && unit == itsUnit;
  }

  TrainedRange longerBy(long more) {
    return new TrainedRange(from, count + more, gradientFrom, decayed, rate, unit);
  }

  /** Whether a number of the flat vectors lies in it. */
  public boolean holds(long number) {
    return number >= from && number < from + count;
  }
}
