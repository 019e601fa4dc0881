/** The record of a run. */
package org.tune4j.engine.report;
