/** Adaptation methods side by side: {@link org.tune4j.examples.compare.CompareMethods}. */
package org.tune4j.examples.compare;
