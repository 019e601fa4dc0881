package org.tune4j.eval.metric;

/**
 * What a model answered to one held-out example.
 *
 * @param prompt what it was given
 * @param wanted the example's completion
 * @param got what it wrote
 */
public record Answer(String prompt, String wanted, String got) {}
