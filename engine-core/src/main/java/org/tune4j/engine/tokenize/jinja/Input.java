package org.tune4j.engine.tokenize.jinja;

/**
 * A value that a template is given, with the origin of its text.
 *
 * @param value a JSON value, or an ordered map of names to inputs, or a list of inputs
 * @param origin of everything in it that is not an input of its own; see {@link Origin}
 */
public record Input(Object value, int origin) {}
