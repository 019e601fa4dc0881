package org.tune4j.prefix;

import java.util.List;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.model.Architecture;

/** The sizes of a model that prefixes have to fit. */
final class Sizes {
  private Sizes() {}

  /** Numbers of one token's keys in a block. PEFT's files hold prefixes of equal blocks only. */
  static int keys(Architecture architecture) {
    List<Integer> sizes =
        architecture.blocks().stream()
            .map(block -> block.attention())
            .map(attention -> attention.keyValueHeads() * attention.keySize())
            .distinct()
            .toList();
    if (sizes.size() != 1) {
      throw new ConfigException(
          "prefix tuning: wanted a model whose blocks have keys of one size, found " + sizes);
    }
    return sizes.get(0);
  }

  /** Numbers of one virtual token's keys and values in all blocks. */
  static int columns(Architecture architecture) {
    return 2 * architecture.blocks().size() * keys(architecture);
  }
}
