package org.tune4j.engine.model;

/**
 * What stands between the two linear groups of a feed-forward block.
 *
 * @param kind GATED: {@code act(gate) * up}; PLAIN: {@code act(x)}
 * @param activation as kernel file {@code mlp.py} names it
 */
public record FeedForwardSpec(Kind kind, String activation) {
  /** With or without a gate. */
  public enum Kind {
    GATED,
    PLAIN
  }
}
