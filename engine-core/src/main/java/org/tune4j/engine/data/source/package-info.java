/**
 * Where rows come from: files of several formats, collections, streams; and tables of rows that can
 * be read in any order, mixed and split. What a row means is said elsewhere.
 */
package org.tune4j.engine.data.source;
