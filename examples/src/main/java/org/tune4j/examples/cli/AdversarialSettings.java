package org.tune4j.examples.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.source.RowTable;
import org.tune4j.eval.robustness.Attack;
import org.tune4j.eval.robustness.Attacks;
import org.tune4j.eval.robustness.AugmentedRows;
import org.tune4j.eval.robustness.Augmenter;

/**
 * What {@code classify} does against attacks.
 *
 * @param augment attacks in whose ways rows are changed; none for no copies
 * @param pctWordsToSwap share of the words that is changed
 * @param transformationsPerExample copies by each attack
 * @param adversarialEpsilon how far texts are moved against the model; 0 for not at all
 */
record AdversarialSettings(
    List<Attack> augment,
    double pctWordsToSwap,
    int transformationsPerExample,
    double adversarialEpsilon) {
  private static final double PCT_WORDS_TO_SWAP = 0.1;

  static AdversarialSettings of(Settings settings) {
    List<Attack> augment = new ArrayList<>();
    settings.list("augment", names -> names.stream().map(Attacks::named).forEach(augment::add));
    double[] share = {PCT_WORDS_TO_SWAP};
    int[] copies = {1};
    double[] epsilon = {0};
    settings.number("pct_words_to_swap", value -> share[0] = value);
    settings.integer("transformations_per_example", value -> copies[0] = value);
    settings.number("adversarial_epsilon", value -> epsilon[0] = value);
    if (copies[0] < 1) {
      throw new ConfigException(
          "transformations_per_example: wanted at least 1, found " + copies[0]);
    }
    return new AdversarialSettings(List.copyOf(augment), share[0], copies[0], epsilon[0]);
  }

  /** The rows, with copies of those that are learned; closes what it was given if it fails. */
  JobRows over(JobRows rows, DataConfig config, long seed) {
    if (augment.isEmpty()) {
      return rows;
    }
    try {
      RowTable learned =
          AugmentedRows.of(
              rows.train(),
              config,
              new Augmenter(augment, pctWordsToSwap),
              transformationsPerExample,
              seed);
      List<RowTable> opened = new ArrayList<>(rows.opened());
      opened.add(learned);
      return new JobRows(learned, rows.heldOut(), opened);
    } catch (RuntimeException | Error e) {
      rows.close();
      throw e;
    }
  }

  /** As a configuration file has it. */
  Map<String, Object> resolved() {
    Map<String, Object> values = new LinkedHashMap<>();
    if (!augment.isEmpty()) {
      values.put("augment", augment.stream().map(Attack::name).toList());
      values.put("pct_words_to_swap", pctWordsToSwap);
      values.put("transformations_per_example", transformationsPerExample);
    }
    values.put("adversarial_epsilon", adversarialEpsilon);
    return values;
  }
}
