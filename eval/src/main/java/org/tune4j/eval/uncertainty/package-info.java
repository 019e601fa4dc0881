/**
 * What a model's probabilities are worth: whether they are calibrated, where its doubt comes from,
 * which answers cover the right one, and when it had better not answer.
 */
package org.tune4j.eval.uncertainty;
