package org.tune4j.engine.model;

import java.util.Optional;

/** Self-attention: how queries, keys and values come from the input, and how they meet. */
public sealed interface AttentionSpec extends BlockPart
    permits MultiHeadAttention, LatentAttention {
  /** Query heads. */
  int heads();

  /** Heads of keys and values; divides {@link #heads}. */
  int keyValueHeads();

  /** Size of a query's and a key's head. */
  int keySize();

  /** What generation keeps of a token. */
  Cached cached();

  /**
   * What generation keeps of a token: two tensors {@code [heads, size]}.
   *
   * @param first size of a head in the first: a key, or a latent
   * @param second size of a head in the second: a value, or a shared key
   */
  record Cached(int heads, int first, int second) {}

  /** How positions turn queries and keys; empty where they do not. */
  Optional<RopeSpec> rope();

  /** Which keys a query meets, and how. */
  ScoreRule scores();
}
