/** Finds rows that repeat others, word for word or nearly, in bounded memory. */
package org.tune4j.engine.preflight.duplicate;
