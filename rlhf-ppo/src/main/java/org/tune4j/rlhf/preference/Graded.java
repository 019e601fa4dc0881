package org.tune4j.rlhf.preference;

/**
 * What a loss says of the answers of a batch.
 *
 * @param losses {@code [pairs]}, or {@code [documents]} where answers are judged alone
 * @param byLogProb {@code [documents]}: what their sum changes by with the log-probability of each
 *     answer
 * @param rewards {@code [documents]}: what the policy finds each answer worth
 */
public record Graded(double[] losses, double[] byLogProb, double[] rewards) {}
