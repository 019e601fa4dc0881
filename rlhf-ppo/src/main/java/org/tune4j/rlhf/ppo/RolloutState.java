package org.tune4j.rlhf.ppo;

import java.util.List;
import java.util.Map;
import org.tune4j.rlhf.loss.PpoStatistics;

/**
 * What a checkpoint in the middle of an update keeps of it.
 *
 * @param update whose experiences these are
 * @param steps optimizer steps of it that were made
 * @param over whether those that are left are passed over
 * @param klCoef what a nat of divergence costs in the next update
 * @param scores what score scaling has seen
 * @param alarms what the alarms have seen
 * @param noise what the noise of gradients is measured by
 * @param metrics of the update so far
 */
record RolloutState(
    int update,
    int steps,
    boolean over,
    double klCoef,
    ScoreScaling.Moments scores,
    RolloutAlarms.State alarms,
    GradientNoise.State noise,
    List<SavedExperience> experiences,
    Map<String, Double> metrics,
    PpoStatistics seen) {}
