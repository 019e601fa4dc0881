package org.tune4j.engine.tokenize;

/**
 * Rows of equal length.
 *
 * @param ids {@code [rows, length]}
 * @param attentionMask {@code [rows, length]}, 1 for tokens and 0 for padding
 */
public record PaddedBatch(int[][] ids, int[][] attentionMask) {}
