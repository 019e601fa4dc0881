/**
 * What metrics over texts are made of: ways to cut texts into tokens, counts of n-grams,
 * alignments.
 */
package org.tune4j.eval.text;
