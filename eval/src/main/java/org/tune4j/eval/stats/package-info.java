/**
 * How sure a figure is: intervals, tests between two models, sample sizes, several seeds.
 * Distributions and the classical tests are those of Apache Commons Statistics.
 */
package org.tune4j.eval.stats;
