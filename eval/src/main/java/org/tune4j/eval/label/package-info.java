/**
 * Metrics of labels, tags and numbers against the right ones: what scikit-learn, seqeval and scipy
 * compute, to their last digits.
 */
package org.tune4j.eval.label;
