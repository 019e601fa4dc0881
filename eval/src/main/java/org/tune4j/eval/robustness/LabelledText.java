package org.tune4j.eval.robustness;

/**
 * A text to attack.
 *
 * @param where it stands, for messages and records
 * @param label the right one, by its name or number
 */
public record LabelledText(String where, String text, String label) {}
