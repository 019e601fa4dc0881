package org.tune4j.eval.label;

/** How the scores of several labels become one. */
public enum Average {
  /** The score of all decisions taken together. */
  MICRO,
  /** The mean over labels, each counting the same. */
  MACRO,
  /** The mean over labels, each counting as often as it is right. */
  WEIGHTED
}
