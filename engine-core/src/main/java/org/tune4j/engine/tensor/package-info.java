/**
 * Native tensors: handles that belong to a scope, their element types, and the way in and out of
 * Java memory.
 */
package org.tune4j.engine.tensor;
