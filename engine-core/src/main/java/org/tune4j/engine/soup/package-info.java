/** Means of checkpoints of one model. */
package org.tune4j.engine.soup;
