/** What responses are worth: any function of prompt, response and row, called safely. */
package org.tune4j.rlhf.reward;
