package org.tune4j.rlhf.policy;

/**
 * What a policy says of tokens.
 *
 * @param logProbs {@code [tokens]}: natural logarithms of their probabilities, at its temperature
 * @param entropies {@code [tokens]}: how spread the choice was, in nats
 */
public record Said(double[] logProbs, double[] entropies) {}
