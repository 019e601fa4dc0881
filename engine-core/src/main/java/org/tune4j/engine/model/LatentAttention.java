package org.tune4j.engine.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Multi-head latent attention (DeepSeek-V2, 2024): keys and values of all heads come of one small
 * vector a token, which is all that is cached, beside one turned key that the heads share.
 *
 * @param down its layers are the query's (whole, or its small vector's) and the small vector with
 *     the shared key
 * @param query makes queries of the query's small vector, after {@code queryNorm}; both missing
 *     where {@code down} gives queries
 * @param latentNorm normalises the small vector
 * @param keyValue makes each head's key and value of it
 * @param plainSize size of that part of a head's key that positions do not turn
 * @param turned its rotated size is that of the part that they do
 * @param scale factor on the scores
 */
public record LatentAttention(
    LinearGroup down,
    Optional<NormSpec> queryNorm,
    Optional<LinearGroup> query,
    NormSpec latentNorm,
    LinearGroup keyValue,
    int heads,
    int plainSize,
    int valueSize,
    RopeSpec turned,
    double scale,
    LinearGroup out)
    implements AttentionSpec {
  public LatentAttention {
    if (queryNorm.isPresent() != query.isPresent()) {
      throw new IllegalArgumentException("A norm of queries " + queryNorm + " before " + query);
    }
  }

  /** Size of the part of a key that positions turn. */
  int turnedSize() {
    return 2 * turned.inverseFrequencies().size();
  }

  @Override
  public int keyValueHeads() {
    return heads;
  }

  @Override
  public int keySize() {
    return plainSize + turnedSize();
  }

  @Override
  public Cached cached() {
    return new Cached(1, latentNorm.size(), turnedSize());
  }

  @Override
  public Optional<RopeSpec> rope() {
    return Optional.of(turned);
  }

  @Override
  public ScoreRule scores() {
    return ScoreRule.causal(scale);
  }

  @Override
  public List<NormSpec> norms() {
    return Stream.concat(queryNorm.stream(), Stream.of(latentNorm)).toList();
  }

  @Override
  public List<LinearGroup> groups() {
    return Stream.of(Optional.of(down), query, Optional.of(keyValue), Optional.of(out))
        .flatMap(Optional::stream)
        .toList();
  }

  @Override
  public List<TensorSlot> slots() {
    List<TensorSlot> slots = new ArrayList<>(down.slots());
    queryNorm.ifPresent(norm -> slots.addAll(norm.slots()));
    query.ifPresent(group -> slots.addAll(group.slots()));
    slots.addAll(latentNorm.slots());
    slots.addAll(keyValue.slots());
    slots.addAll(out.slots());
    return slots;
  }
}
