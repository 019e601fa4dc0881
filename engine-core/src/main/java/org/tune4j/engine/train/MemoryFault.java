package org.tune4j.engine.train;

import java.util.List;

/**
 * A step that was begun again in smaller micro-batches, because the system did not give the memory
 * for one.
 *
 * @param step counted from 1
 * @param tokens of the micro-batch that did not fit
 * @param examples the ids of its examples
 * @param tokensAtOnce from now on no micro-batch of several documents has more tokens
 */
public record MemoryFault(long step, int tokens, List<Long> examples, int tokensAtOnce) {
  public MemoryFault {
    examples = List.copyOf(examples);
  }

  /** In words. */
  public String verdict() {
    return "a micro-batch of %d tokens in %d documents did not fit into memory; from now on there are at most %d at once"
        .formatted(tokens, examples.size(), tokensAtOnce);
  }
}
