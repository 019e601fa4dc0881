/** The report of a run: one HTML file that needs nothing else. */
package org.tune4j.eval.report;
