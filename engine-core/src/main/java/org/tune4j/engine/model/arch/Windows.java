package org.tune4j.engine.model.arch;

import java.util.List;
import java.util.function.IntPredicate;

/**
 * Which blocks see a sliding window only: {@code layer_types} (transformers 5), or what a family
 * took for granted before.
 */
final class Windows {
  private static final String SLIDING = "sliding_attention";
  private static final List<String> TYPES = List.of(SLIDING, "full_attention");
  private final List<String> types;
  private final IntPredicate before;
  private final int size;

  private Windows(List<String> types, IntPredicate before, int size) {
    this.types = types;
    this.before = before;
    this.size = size;
  }

  /**
   * Reads them.
   *
   * @param before whether a block slides where {@code layer_types} is missing
   */
  static Windows read(ConfigJson config, IntPredicate before) {
    List<String> types = config.texts("layer_types", config.size("num_hidden_layers"), TYPES);
    return new Windows(types, before, config.count("sliding_window", 0));
  }

  /** How many tokens a token of a block sees; 0 for all. */
  int of(int block) {
    boolean slides = types == null ? before.test(block) : types.get(block).equals(SLIDING);
    return slides ? size : 0;
  }
}
