package org.tune4j.eval.label;

/**
 * The scores of a label, or of several together, each from 0 to 1 or NaN where it is undefined.
 *
 * @param precision the share of what was predicted that is right
 * @param recall the share of what is right that was predicted
 * @param f1 their harmonic mean
 * @param support how often the label is the right one
 */
public record LabelScore(double precision, double recall, double f1, long support) {}
