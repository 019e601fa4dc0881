package org.tune4j.engine.model;

/** Which activations are computed again in the backward pass instead of being kept. */
public enum Recompute {
  /** None: the fastest. */
  NONE,
  /** All inside a block: only the blocks' inputs are kept. */
  BLOCKS
}
