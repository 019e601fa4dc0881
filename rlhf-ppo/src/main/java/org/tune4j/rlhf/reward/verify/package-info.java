/** Rewards that check a response: by its number, its JSON, its form, or by running it. */
package org.tune4j.rlhf.reward.verify;
