/** Evaluation: metrics, tasks, gates and the report. */
package org.tune4j.eval;
