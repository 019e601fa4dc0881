/**
 * Metrics over a model's answers. A new one is a class here and a line in {@code Metrics}; what it
 * is made of stands in {@code eval.text}.
 */
package org.tune4j.eval.metric;
