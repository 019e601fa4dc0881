/** How the small encoder of {@code docs/heads.md} comes about. */
package org.tune4j.examples.encoder;
