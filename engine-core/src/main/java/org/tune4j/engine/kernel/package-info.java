/** The door to libtorch: the gate around native calls and the loader of kernel texts. */
package org.tune4j.engine.kernel;
