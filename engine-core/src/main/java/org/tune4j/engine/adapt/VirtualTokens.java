package org.tune4j.engine.adapt;

/**
 * Tokens that are no words, learned to stand before each text (prompt learning). The kernel file
 * has the functions
 *
 * <pre>
 * forward(p, LITERALS) -> [tasks x count, columns]
 * backward(gv, p, g, LITERALS)                adds to g, the gradients of p
 * </pre>
 *
 * which compute with the masters of {@code p}, in fp32 (fp64 where the model computes in fp64).
 * Documents are attended to as if they began with these tokens: a text's first token has the
 * position {@code count}.
 *
 * @param count virtual tokens
 * @param kind what {@code forward} gives
 * @param kernel what computes it
 * @param tasks so many sets of them, of which each text has that of its task; of {@code INPUTS}
 */
public record VirtualTokens(int count, Kind kind, SiteKernel kernel, int tasks) {
  /** What stands before a text. */
  public enum Kind {
    /** Vectors in place of embedded tokens: {@code columns} is the hidden size. */
    INPUTS,
    /**
     * Keys and values of every block: for each block keys, then values, {@code [heads, head size]}
     * of keys and values each. Rotary embedding does not turn them.
     */
    PREFIX
  }
}
