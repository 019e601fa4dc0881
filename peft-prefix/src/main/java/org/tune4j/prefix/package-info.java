/** Prefix tuning, prompt tuning and P-tuning. */
package org.tune4j.prefix;
