/**
 * The pre-flight report: what will be learned, told before the first step; and what cannot be meant
 * is refused. {@link org.tune4j.engine.preflight.Preflight} is fed with rows, {@link
 * org.tune4j.engine.preflight.PreflightReport} comes out.
 *
 * <p>Counting and judging are apart: counters fill {@link org.tune4j.engine.preflight.Measured},
 * and each check of the list {@code Checks} is a small class that judges it.
 */
package org.tune4j.engine.preflight;
