package org.tune4j.engine.data;

/** How sequences are put together into rows, and what becomes of one that is longer than a row. */
public enum Packing {
  /** Best fit, longest first; a sequence longer than a row is an error. */
  BEST_FIT,
  /** Best fit; what a sequence has beyond a row's length is lost (TRL's {@code bfd}). */
  BEST_FIT_CUT,
  /** Best fit; a longer sequence becomes several (TRL's {@code bfd_split}). */
  BEST_FIT_SPLIT,
  /** One sequence after the other, split wherever a row ends (TRL's {@code wrapped}). */
  WRAPPED
}
