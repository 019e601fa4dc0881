/** The seam between models and parameter-efficient methods: sites and their parameters. */
package org.tune4j.engine.adapt;
