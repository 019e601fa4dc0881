/**
 * Evaluation: what a model is worth, before, during and after a run. Metrics are in {@code metric},
 * what they are made of in {@code text}, the report of a run in {@code report}.
 */
package org.tune4j.eval;
