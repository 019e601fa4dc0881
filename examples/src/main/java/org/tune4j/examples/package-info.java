/**
 * Main classes, command line, benchmarks and conformance: the only place that knows every module.
 */
package org.tune4j.examples;
