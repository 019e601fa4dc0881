/** One step, one loop, for every objective and everything trainable. */
package org.tune4j.engine.train;
