/** Rows of files to packed batches. */
package org.tune4j.engine.data;
