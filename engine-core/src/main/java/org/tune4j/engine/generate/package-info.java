/** Sampling from a causal model. */
package org.tune4j.engine.generate;
