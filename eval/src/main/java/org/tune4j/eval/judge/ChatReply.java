package org.tune4j.eval.judge;

/**
 * What a model said.
 *
 * @param complete whether it came to an end by itself, and was not cut at the most tokens it may
 *     write
 */
public record ChatReply(String text, boolean complete) {}
