/**
 * Disks that fail: a file system whose operations are seen, and can be made to fail, one by one;
 * and what a loss of power leaves of what was written. Real files lie beneath: no file system in
 * memory fails on demand, so each would have to be wrapped just the same.
 */
package org.tune4j.engine.faults;
