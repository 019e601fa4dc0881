package org.tune4j.engine.tokenize.jinja;

/**
 * Where a variable is kept while a template runs.
 *
 * @param functionDepth how many functions lie around the one that keeps it
 * @param index its place there
 */
record Slot(int functionDepth, int index) {}
