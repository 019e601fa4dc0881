package org.tune4j.engine.data;

/**
 * Part of a sequence in a packed row.
 *
 * @param sequence index of the sequence
 * @param from its first token that is in this piece
 * @param length number of tokens, at least 1
 */
public record Piece(int sequence, int from, int length) {}
