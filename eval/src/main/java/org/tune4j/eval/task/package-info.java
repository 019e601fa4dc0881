/**
 * Tasks: rows, how a model is asked, and what is measured, as files in the terms of
 * lm-evaluation-harness or as Java.
 */
package org.tune4j.eval.task;
