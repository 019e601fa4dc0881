/** One class a model family: reads config.json and describes the architecture. */
package org.tune4j.engine.model.arch;
