package org.tune4j.engine.tokenize;

/**
 * The tokens of words; the arrays belong to this record and are not to be changed.
 *
 * @param ids token ids, {@code [tokens]}
 * @param words for each token the index of its word, never falling; a word of which the tokenizer
 *     keeps nothing, such as white space, has no token
 */
public record WordTokens(int[] ids, int[] words) {}
