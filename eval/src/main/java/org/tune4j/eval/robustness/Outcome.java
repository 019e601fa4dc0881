package org.tune4j.eval.robustness;

import java.util.Locale;

/** What became of an attack on a text, in TextAttack's terms. */
public enum Outcome {
  /** The text was labelled rightly, and is not any more. */
  SUCCESSFUL,
  /** The text is still labelled rightly. */
  FAILED,
  /** The text was labelled wrongly as it is, so there was nothing to attack. */
  SKIPPED;

  /** Its name in files. */
  public String lowerName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
