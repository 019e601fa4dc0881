/** What answers in words say: used where they are measured and where they are rewarded. */
package org.tune4j.engine.text;
