package org.tune4j.engine.model;

/**
 * Causal self-attention.
 *
 * @param heads query heads
 * @param keyValueHeads key and value heads; divides {@code heads}
 * @param headSize size of a head
 * @param layout how the projection's output is laid out
 * @param rope rotary embedding of queries and keys
 * @param scale factor on the scores
 */
public record AttentionSpec(
    int heads, int keyValueHeads, int headSize, Layout layout, RopeSpec rope, double scale) {
  /** The order of query, key and value in the output of the projection. */
  public enum Layout {
    /** All queries, all keys, all values. */
    CONCATENATED,
    /** Query, key and value of head 0, of head 1, and so on (GPT-NeoX). */
    PER_HEAD
  }
}
