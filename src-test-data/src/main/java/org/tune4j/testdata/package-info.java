/** Fixtures of the project's own tests and demos, and the seeded generators that write them. */
package org.tune4j.testdata;
