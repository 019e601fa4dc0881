package org.tune4j.rlhf.grpo;

import java.util.List;
import java.util.Map;
import org.tune4j.rlhf.loss.GrpoStatistics;
import org.tune4j.rlhf.ppo.RolloutAlarms;
import org.tune4j.rlhf.ppo.SavedExperience;

/**
 * What a checkpoint in the middle of an update keeps of it.
 *
 * @param update whose experiences these are
 * @param steps optimizer steps of it that were made
 * @param alarms what the alarms have seen
 * @param metrics of the update so far
 */
record GrpoState(
    int update,
    int steps,
    RolloutAlarms.State alarms,
    List<SavedExperience> experiences,
    Map<String, Double> metrics,
    GrpoStatistics seen) {}
