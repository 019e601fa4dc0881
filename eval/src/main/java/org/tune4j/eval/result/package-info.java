/** What an evaluation found: rows, the figures that follow from them, and how sure these are. */
package org.tune4j.eval.result;
