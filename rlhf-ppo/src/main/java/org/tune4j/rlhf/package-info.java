/** Reward models, PPO and the preference family. */
package org.tune4j.rlhf;
