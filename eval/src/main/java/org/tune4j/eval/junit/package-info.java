/**
 * Models as subjects of JUnit tests: {@link org.tune4j.eval.junit.EvalTest} measures one in a test,
 * {@link org.tune4j.eval.junit.EvalAssertions} say what its figures must be. Needs
 * junit-jupiter-api on the class path, which the module does not bring along.
 */
package org.tune4j.eval.junit;
