/**
 * Benchmarks: they time and weigh, and print one JSON line; no test depends on a figure of theirs.
 */
package org.tune4j.examples.bench;
