/** Calls that cannot be meant: each ends in an exception that says what is wrong. */
package org.tune4j.engine.misuse;
