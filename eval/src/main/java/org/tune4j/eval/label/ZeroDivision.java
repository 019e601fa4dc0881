package org.tune4j.eval.label;

/**
 * What precision is of a label that is never predicted, recall of one that never occurs, and F1 of
 * one that does neither: nothing divided by nothing.
 */
public enum ZeroDivision {
  /** 0: a mean over labels falls with each label that the examples lack. */
  ZERO(0),
  /** 1: a mean over labels rises with each label that the examples lack. */
  ONE(1),
  /** NaN: a mean over labels leaves the label out. */
  NAN(Double.NaN);

  private final double value;

  ZeroDivision(double value) {
    this.value = value;
  }

  double of(double numerator, double denominator) {
    return denominator == 0 ? value : numerator / denominator;
  }
}
