package org.tune4j.engine.model;

import java.util.Optional;

/** Self-attention: how queries, keys and values come from the input, and how they meet. */
public sealed interface AttentionSpec extends BlockPart permits MultiHeadAttention {
  /** Query heads. */
  int heads();

  /** Heads of keys and values as they are cached; divides {@link #heads}. */
  int keyValueHeads();

  /** Size of a query's and a key's head. */
  int keySize();

  /** Size of a value's head. */
  int valueSize();

  /** How positions turn queries and keys; empty where they do not. */
  Optional<RopeSpec> rope();

  /** Which keys a query meets, and how. */
  ScoreRule scores();
}
