/** The full-parameter training recipe. */
package org.tune4j.full;
