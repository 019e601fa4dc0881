package org.tune4j.engine.faults;

import java.util.List;
import java.util.Random;

/** How much survives of what was done and not forced. */
public enum Kept {
  NONE,
  /** Names change in the order in which they were changed, up to a point; of writes any part. */
  SOME,
  ALL;

  <T> List<T> first(List<T> pending, Random random) {
    return switch (this) {
      case NONE -> List.of();
      case SOME -> pending.subList(0, random.nextInt(pending.size() + 1));
      case ALL -> pending;
    };
  }

  /** How many bytes of a write are kept. */
  int of(int bytes, Random random) {
    return switch (this) {
      case NONE -> 0;
      case SOME -> random.nextBoolean() ? bytes : random.nextInt(bytes + 1);
      case ALL -> bytes;
    };
  }
}
