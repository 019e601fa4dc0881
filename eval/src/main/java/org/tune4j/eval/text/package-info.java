/**
 * What metrics over texts are made of: ways to cut texts into tokens, counts of n-grams,
 * alignments, numbers found in texts.
 */
package org.tune4j.eval.text;
