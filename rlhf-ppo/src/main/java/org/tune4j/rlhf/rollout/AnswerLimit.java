package org.tune4j.rlhf.rollout;

/**
 * How long answers may be.
 *
 * @param key its name in the method's configuration
 * @param tokens at least 1
 */
public record AnswerLimit(String key, int tokens) {}
