package org.tune4j.eval.robustness;

/**
 * What the attacked classifier says of a text.
 *
 * @param text as it was asked
 * @param said the id of the most probable label
 * @param score what the attack raises: the probability that is not the right label's
 * @param succeeded whether another label is more probable than the right one
 */
record Answer(AttackedText text, int said, double score, boolean succeeded) {}
