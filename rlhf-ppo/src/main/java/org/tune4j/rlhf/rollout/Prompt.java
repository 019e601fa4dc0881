package org.tune4j.rlhf.rollout;

import org.tune4j.engine.data.Example;

/**
 * Something to answer.
 *
 * @param ids its tokens, as the model is given them
 * @param text what they say
 * @param example the row that it comes from
 */
public record Prompt(int[] ids, String text, Example example) {}
