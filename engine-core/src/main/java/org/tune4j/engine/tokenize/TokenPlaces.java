package org.tune4j.engine.tokenize;

/**
 * The tokens of a text and where they lie; the arrays belong to this record and are not to be
 * changed.
 *
 * @param ids token ids, {@code [tokens]}
 * @param starts where a token begins: index of a Java {@code char}
 * @param ends the index after a token's last {@code char}
 */
public record TokenPlaces(int[] ids, int[] starts, int[] ends) {}
