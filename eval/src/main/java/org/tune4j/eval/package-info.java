/**
 * Evaluation: what a model is worth, before, during and after a run. Metrics of texts are in {@code
 * metric}, what they are made of in {@code text}, metrics of labels, tags and numbers in {@code
 * label}; how sure they are in {@code stats}, how sure the model is in {@code uncertainty}; the
 * report of a run in {@code report}.
 */
package org.tune4j.eval;
