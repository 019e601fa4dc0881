/** Optimizers and learning-rate schedules. */
package org.tune4j.engine.optim;
