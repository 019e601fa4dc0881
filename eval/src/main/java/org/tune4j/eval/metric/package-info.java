/** Metrics over a model's answers. A new one is a class here and a line in {@code Metrics}. */
package org.tune4j.eval.metric;
