package org.tune4j.eval.report;

/**
 * What a policy answered, and what that was worth.
 *
 * @param prompt what was asked
 * @param response what was said
 * @param score higher is better; NaN where it has none
 */
public record ScoredResponse(String prompt, String response, double score) {}
