/** Sources of rows that need libraries of their own: Parquet files and databases. */
package org.tune4j.sources;
