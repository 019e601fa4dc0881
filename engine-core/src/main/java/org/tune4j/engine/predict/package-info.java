/** What task heads say of texts. */
package org.tune4j.engine.predict;
