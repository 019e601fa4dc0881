package org.tune4j.rlhf.grpo;

import org.tune4j.rlhf.loss.LossNormaliser;
import org.tune4j.rlhf.loss.ResponseLoss;

/**
 * What a way of learning without a critic is made of.
 *
 * @param asksGreedy whether advantages need the scores of what the policy takes for best
 * @param asksReference whether loss or advantages need the reference
 * @param entropyCoef what a nat of entropy is worth
 * @param correction for a sampler that is not quite the policy
 */
public record CriticFreeMethod(
    Advantages advantages,
    ResponseLoss loss,
    LossNormaliser normaliser,
    boolean asksGreedy,
    boolean asksReference,
    double entropyCoef,
    SamplerCorrection correction) {}
