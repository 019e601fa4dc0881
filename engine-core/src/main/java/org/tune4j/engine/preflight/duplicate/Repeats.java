package org.tune4j.engine.preflight.duplicate;

/**
 * How rows repeat others.
 *
 * @param exact training rows that are the same in all parts
 * @param sameInput training rows with the same input and different outputs
 * @param near training rows whose texts are nearly alike; of rows with the same text one counts
 * @param overlap evaluation rows that are trained on
 */
public record Repeats(RowGroups exact, RowGroups sameInput, RowGroups near, Overlap overlap) {}
