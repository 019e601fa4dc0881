/** Losses over batches. */
package org.tune4j.engine.objective;
