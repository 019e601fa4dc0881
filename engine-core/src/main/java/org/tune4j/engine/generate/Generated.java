package org.tune4j.engine.generate;

/**
 * The continuation of a prompt. The arrays belong to this record and are not to be changed.
 *
 * @param newIds the new tokens, the one that ended the text included
 * @param logProbs {@code [new tokens]}: the natural logarithm of each token's probability under the
 *     model's own distribution, that is before penalty, temperature and filters
 * @param finishReason why it ends where it ends
 */
public record Generated(int[] newIds, double[] logProbs, FinishReason finishReason) {}
