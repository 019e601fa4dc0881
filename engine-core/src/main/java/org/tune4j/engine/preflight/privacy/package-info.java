/**
 * Finds personal data and secrets in text, to count them. What is found is never kept and never
 * leaves here.
 */
package org.tune4j.engine.preflight.privacy;
