package org.tune4j.examples.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.full.LearningRates;

/** Learning rates of layers and of modules, where a model's own weights are trained. */
final class RateSettings {
  private static final String DECAY = "layerwise_lr_decay";
  private static final String FACTORS = "learning_rate_factors";

  private RateSettings() {}

  static List<Setting> table(String group) {
    return List.of(
        new Setting(
            DECAY,
            group,
            "X",
            "With method full: each layer's learning rate is that of the layer above times X. Default"
                + " 1."),
        new Setting(
            FACTORS,
            group,
            "REGEX=X,…",
            "With method full: what the learning rates of weights are multiplied with whose names the"
                + " first of these matches from the first character on."));
  }

  /**
   * The rates.
   *
   * @throws ConfigException if they are asked for and the method is not full
   */
  static LearningRates of(Settings settings) {
    boolean full = FullSettings.isAsked(settings);
    for (String name : List.of(DECAY, FACTORS)) {
      if (!full && settings.has(name)) {
        throw new ConfigException(name + ": is for method full");
      }
    }
    double[] decay = {1};
    settings.number(DECAY, value -> decay[0] = value);
    Map<String, Double> factors = new LinkedHashMap<>();
    settings.numbers(FACTORS, factors::putAll);
    return new LearningRates(decay[0], factors);
  }

  /** As a configuration file has it. */
  static Map<String, Object> resolved(LearningRates rates) {
    Map<String, Object> values = new LinkedHashMap<>();
    if (!rates.equals(LearningRates.SAME)) {
      values.put(DECAY, rates.layerwiseLrDecay());
      values.put(FACTORS, rates.factors());
    }
    return values;
  }
}
