package org.tune4j.engine.model;

/** Where the weights of a model's blocks are while it is used. */
public enum Residency {
  /** In memory, all of them. */
  RESIDENT,
  /**
   * In the checkpoint's files, from which each block is read when it is computed, the next one
   * meanwhile: a pass takes as long as reading the files, and the memory of two blocks.
   */
  STREAMED
}
