package org.tune4j.eval.judge;

/**
 * What a model is asked.
 *
 * @param system what it is told to be; may be empty
 * @param user the question
 */
public record ChatPrompt(String system, String user) {}
