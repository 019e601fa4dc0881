package org.tune4j.eval.label;

/**
 * An entity in a text of tokens.
 *
 * @param type such as PER
 * @param from its first token
 * @param to the token after its last one
 */
public record EntitySpan(String type, int from, int to) {}
