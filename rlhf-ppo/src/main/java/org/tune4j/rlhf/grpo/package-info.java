/** Learning from rewards without a critic: GRPO and its kin, RLOO, REINFORCE++, ReMax. */
package org.tune4j.rlhf.grpo;
