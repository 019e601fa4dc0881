package org.tune4j.engine.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Multi-head attention, its keys and values shared by as many query heads each as fit (Vaswani et
 * al., 2017; Ainslie et al., 2023).
 *
 * @param heads query heads
 * @param keyValueHeads key and value heads; divides {@code heads}
 * @param headSize size of a head
 * @param layout how the projection's output is laid out
 * @param queryNorm normalises queries before they are turned: each head, or all heads of a token
 *     together, whichever its size says
 * @param keyNorm the same for keys; there when {@code queryNorm} is
 */
public record MultiHeadAttention(
    LinearGroup queryKeyValue,
    int heads,
    int keyValueHeads,
    int headSize,
    Layout layout,
    Optional<NormSpec> queryNorm,
    Optional<NormSpec> keyNorm,
    Optional<RopeSpec> rope,
    ScoreRule scores,
    LinearGroup out)
    implements AttentionSpec {
  /** The order of query, key and value in the output of the projection. */
  public enum Layout {
    /** All queries, all keys, all values. */
    CONCATENATED,
    /** Query, key and value of head 0, of head 1, and so on (GPT-NeoX). */
    PER_HEAD
  }

  public MultiHeadAttention {
    if (queryNorm.isPresent() != keyNorm.isPresent()
        || queryNorm.isPresent() && layout == Layout.PER_HEAD) {
      throw new IllegalArgumentException("Norms of queries " + queryNorm + " and keys " + keyNorm);
    }
  }

  /** The same with another rule for scores. */
  public MultiHeadAttention with(ScoreRule rule) {
    return new MultiHeadAttention(
        queryKeyValue, heads, keyValueHeads, headSize, layout, queryNorm, keyNorm, rope, rule, out);
  }

  /** The same with normalised queries and keys. */
  public MultiHeadAttention with(NormSpec queries, NormSpec keys) {
    return new MultiHeadAttention(
        queryKeyValue,
        heads,
        keyValueHeads,
        headSize,
        layout,
        Optional.of(queries),
        Optional.of(keys),
        rope,
        scores,
        out);
  }

  @Override
  public int keySize() {
    return headSize;
  }

  @Override
  public Cached cached() {
    return new Cached(keyValueHeads, headSize, headSize);
  }

  @Override
  public List<NormSpec> norms() {
    return Stream.concat(queryNorm.stream(), keyNorm.stream()).toList();
  }

  @Override
  public List<LinearGroup> groups() {
    return List.of(queryKeyValue, out);
  }

  @Override
  public List<TensorSlot> slots() {
    List<TensorSlot> slots = new ArrayList<>(queryKeyValue.slots());
    norms().forEach(norm -> slots.addAll(norm.slots()));
    slots.addAll(out.slots());
    return slots;
  }
}
