/** Compares tune4j with stored reference values, one class a kind of golden folder. */
package org.tune4j.examples.conformance;
