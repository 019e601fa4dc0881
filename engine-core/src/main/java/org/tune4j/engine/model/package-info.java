/**
 * What a model is (records), what it knows (weights), and how its blocks are run forward and
 * backward.
 */
package org.tune4j.engine.model;
