package org.tune4j.engine.generate;

/**
 * One continuation that beam search found. The array belongs to this record and is not to be
 * changed.
 *
 * @param newIds the new tokens, the one that ended the text included
 * @param score the sum of their log-probabilities over their number to the power of the length
 *     penalty
 */
public record Beam(int[] newIds, double score) {}
