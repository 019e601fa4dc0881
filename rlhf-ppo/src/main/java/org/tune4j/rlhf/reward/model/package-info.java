/** Models that learn from pairs of answers, or from judged steps, what responses are worth. */
package org.tune4j.rlhf.reward.model;
