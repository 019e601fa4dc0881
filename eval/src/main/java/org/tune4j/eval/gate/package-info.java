/** What an evaluation must have found for a model to be let through. */
package org.tune4j.eval.gate;
