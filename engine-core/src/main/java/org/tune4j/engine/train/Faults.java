package org.tune4j.engine.train;

/**
 * The numeric faults of a run so far.
 *
 * @param inARow updates that were not made since the last one that was, or the last rewind
 * @param skipped updates that were not made, in all
 * @param rewinds how often the run went back
 * @param window the losses that a spike is told by
 */
record Faults(int inARow, long skipped, int rewinds, LossWindow window) {
  static final Faults NONE = new Faults(0, 0, 0, LossWindow.EMPTY);

  Faults afterUpdate(double loss) {
    return new Faults(0, skipped, rewinds, window.with(loss));
  }

  Faults afterSkip() {
    return new Faults(inARow + 1, skipped + 1, rewinds, window);
  }

  Faults afterRewind() {
    return new Faults(0, skipped, rewinds + 1, window);
  }
}
