package org.tune4j.engine.data;

import java.util.List;
import java.util.OptionalInt;

/**
 * Which examples are in which batch of a run: a pure function of the examples, the configuration
 * and the batch's place, so a run can go on from any batch. An epoch is a sequence of windows; rows
 * are packed, and batches made, within a window.
 */
public interface BatchPlan {
  /** How batches are made of rows. */
  BatchConfig config();

  /** Number of windows of an epoch. */
  int windows();

  /**
   * The rows of a window in the order they are learned in: examples, or packed rows. May be none.
   *
   * @param epoch from 0
   * @param window from 0
   */
  List<List<EncodedExample>> window(int epoch, int window);

  /** Number of batches of an epoch; empty where it only shows as the data are read. */
  OptionalInt batchesPerEpoch();

  /** How many epochs there are; by default no end. */
  default int epochs() {
    return Integer.MAX_VALUE;
  }

  /**
   * Whether the batches that are left of a window are passed over: asked before each but the first.
   */
  default boolean isOver(int epoch, int window) {
    return false;
  }

  /** A plan of examples in memory: they are packed once, all of them, and an epoch is a window. */
  static BatchPlan of(List<EncodedExample> examples, BatchConfig config) {
    return new WholePlan(examples, config);
  }
}
