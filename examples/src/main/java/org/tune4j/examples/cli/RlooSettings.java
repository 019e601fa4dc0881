package org.tune4j.examples.cli;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.rlhf.grpo.RlooConfig;

/** What {@code tune4j rloo} can be told, by the names and with the defaults of TRL's. */
final class RlooSettings {
  private static final String RLOO = "rloo";
  private static final String CLIP_RANGE = "reward_clip_range";

  /** What sft knows nothing of, or means something else by. */
  static final List<Setting> OWN =
      Stream.concat(
              GroupSettings.generation(RLOO, 2).stream(),
              Stream.of(
                  new Setting("epsilon_high", RLOO, "X", "How far it may rise. Default: as far."),
                  new Setting(
                      "beta",
                      RLOO,
                      "X",
                      "What a nat of leaving the reference takes from the reward. Default 0.05."),
                  new Setting(
                      CLIP_RANGE,
                      RLOO,
                      "X,Y",
                      "The smallest and the largest reward. Default: none."),
                  new Setting(
                      "normalize_advantages",
                      RLOO,
                      null,
                      "Bring the advantages of an update to mean 0 and variance 1.")))
          .toList();

  static final List<Setting> TABLE = PolicySettings.table(GroupSettings.OTHER, OWN);

  private RlooSettings() {}

  /** What RLOO is told besides what every run is told. */
  static RlooConfig config(Settings settings, TrainConfig train) {
    RlooConfig.Builder rloo = RlooConfig.builder();
    GroupSettings.order(settings, train, rloo);
    settings.number("epsilon", rloo::epsilon);
    settings.number("epsilon_high", rloo::epsilonHigh);
    settings.number("beta", rloo::beta);
    settings.list(CLIP_RANGE, bounds -> rloo.rewardClipRange(range(bounds)));
    settings.flag("normalize_advantages", rloo::normalizeAdvantages);
    return rloo.build();
  }

  private static RlooConfig.ClipRange range(List<String> bounds) {
    try {
      if (bounds.size() == 2) {
        return new RlooConfig.ClipRange(
            Double.parseDouble(bounds.get(0)), Double.parseDouble(bounds.get(1)));
      }
    } catch (NumberFormatException e) {
      throw new ConfigException(CLIP_RANGE + ": wanted two numbers, found " + bounds, e);
    }
    throw new ConfigException(CLIP_RANGE + ": wanted two numbers, found " + bounds);
  }

  /** What is ordered. */
  static GroupMethod method(Settings settings, TrainConfig train) {
    RlooConfig rloo = config(settings, train);
    return new GroupMethod(RLOO, rloo, resolved(rloo));
  }

  /** As a configuration file has it. */
  private static Map<String, Object> resolved(RlooConfig rloo) {
    Map<String, Object> values = GroupSettings.resolved(rloo.generation());
    values.put("epsilon", rloo.epsilon());
    if (rloo.epsilonHigh() != null) {
      values.put("epsilon_high", rloo.epsilonHigh());
    }
    values.put("beta", rloo.beta());
    if (rloo.rewardClipRange() != null) {
      values.put(CLIP_RANGE, List.of(rloo.rewardClipRange().min(), rloo.rewardClipRange().max()));
    }
    values.put("normalize_advantages", rloo.normalizeAdvantages());
    return values;
  }
}
