/** Text to token ids and back. */
package org.tune4j.engine.tokenize;
