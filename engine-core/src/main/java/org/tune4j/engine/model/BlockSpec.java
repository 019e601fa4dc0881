package org.tune4j.engine.model;

import java.util.ArrayList;
import java.util.List;

/**
 * One transformer block.
 *
 * @param residual SEQUENTIAL: the feed-forward part reads what attention has added; PARALLEL: both
 *     read the block's input
 */
public record BlockSpec(
    NormSpec attentionNorm,
    LinearGroup queryKeyValue,
    AttentionSpec attention,
    LinearGroup attentionOut,
    NormSpec feedForwardNorm,
    LinearGroup feedForwardIn,
    FeedForwardSpec feedForward,
    LinearGroup feedForwardOut,
    Residual residual) {
  /** How the two halves of a block are added up. */
  public enum Residual {
    SEQUENTIAL,
    PARALLEL
  }

  /** The block's tensors in the order of use, which is the order of the kernels' {@code w}. */
  public List<TensorSlot> slots() {
    List<TensorSlot> slots = new ArrayList<>(attentionNorm.slots());
    slots.addAll(queryKeyValue.slots());
    slots.addAll(attentionOut.slots());
    slots.addAll(feedForwardNorm.slots());
    slots.addAll(feedForwardIn.slots());
    slots.addAll(feedForwardOut.slots());
    return slots;
  }

  /** The places where an adapter can join, in the order of use. */
  public List<LinearGroup> groups() {
    return List.of(queryKeyValue, attentionOut, feedForwardIn, feedForwardOut);
  }
}
