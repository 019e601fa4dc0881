package org.tune4j.lora.algebra;

import java.util.Locale;

/** How adapters become one, by PEFT's names (PEFT 0.21 {@code add_weighted_adapter}). */
public enum CombinationType {
  /**
   * The weighted sums of {@code A} and of {@code B}, each by itself; adapters of one rank. Products
   * of one's A with another's B come with it.
   */
  LINEAR(Of.FACTORS, Prune.NONE, false),
  /** {@code A} and {@code B} one after the other: exactly the sum, of the ranks' sum. */
  CAT(Of.FACTORS, Prune.NONE, false),
  /** The best approximation of the sum that the rank allows. */
  SVD(Of.UPDATES, Prune.NONE, false),
  /** TIES (Yadav et al., 2023) on {@code A} and on {@code B}. */
  TIES(Of.FACTORS, Prune.MAGNITUDE, true),
  /** TIES on the updates, approximated by SVD. */
  TIES_SVD(Of.UPDATES, Prune.MAGNITUDE, true),
  /** DARE (Yu et al., 2024) on {@code A} and on {@code B}. */
  DARE_LINEAR(Of.FACTORS, Prune.RANDOM, false),
  /** DARE on the updates, approximated by SVD. */
  DARE_LINEAR_SVD(Of.UPDATES, Prune.RANDOM, false),
  /** DARE, then the election of TIES, on {@code A} and on {@code B}. */
  DARE_TIES(Of.FACTORS, Prune.RANDOM, true),
  /** DARE, then the election of TIES, on the updates, approximated by SVD. */
  DARE_TIES_SVD(Of.UPDATES, Prune.RANDOM, true),
  /** The sum of the largest entries of {@code A} and of {@code B}. */
  MAGNITUDE_PRUNE(Of.FACTORS, Prune.MAGNITUDE, false),
  /** The sum of the largest entries of the updates, approximated by SVD. */
  MAGNITUDE_PRUNE_SVD(Of.UPDATES, Prune.MAGNITUDE, false);

  private final Of of;
  private final Prune prune;
  private final boolean elects;

  private enum Of {
    FACTORS,
    UPDATES
  }

  /** Which entries are left. */
  enum Prune {
    NONE,
    MAGNITUDE,
    RANDOM
  }

  CombinationType(Of of, Prune prune, boolean elects) {
    this.of = of;
    this.prune = prune;
    this.elects = elects;
  }

  /** Whether A and B are added by themselves, so that all must have one rank. */
  boolean addsFactors() {
    return of == Of.FACTORS && this != CAT;
  }

  /** Whether it ends in an SVD. */
  boolean isSvd() {
    return of == Of.UPDATES;
  }

  Prune prune() {
    return prune;
  }

  boolean prunes() {
    return prune != Prune.NONE;
  }

  /** Whether entries of the minority's sign are left out. */
  boolean elects() {
    return elects;
  }

  /** PEFT's name. */
  public String lowerName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
