/**
 * Disks that fail: a file system whose operations are seen, and can be made to fail, one by one;
 * and what a loss of power leaves of what was written.
 */
package org.tune4j.engine.faults;
