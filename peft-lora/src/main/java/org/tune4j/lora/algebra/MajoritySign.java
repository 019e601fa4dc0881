package org.tune4j.lora.algebra;

/** How TIES elects the sign of an entry. */
public enum MajoritySign {
  /** That of the sum of all. */
  TOTAL,
  /** That of most. */
  FREQUENCY
}
