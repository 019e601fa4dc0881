package org.tune4j.engine.data;

/**
 * A row in tokens, of which nothing is wanted. The array belongs to this record and is not to be
 * changed.
 *
 * @param tokens what of it is within the greatest length
 * @param wordStarts {@code [words]}: where words are judged, the position of each word's first
 *     token; -1 where it was cut away or the tokenizer keeps nothing of it
 */
public record Unlabelled(EncodedExample tokens, int[] wordStarts) {}
