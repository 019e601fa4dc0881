package org.tune4j.engine.data;

/**
 * What was seen of a run's rows before it.
 *
 * @param rows all rows, the bad ones included
 * @param seen rows that were looked at
 * @param bad rows that cannot be used, of these
 * @param examples examples that are learned from, of these
 * @param tokens of these examples, cut to the greatest length
 * @param labels of these examples
 * @param longest tokens of the longest of these examples
 */
public record LookedAt(
    long rows, long seen, long bad, long examples, long tokens, long labels, int longest) {}
