package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.source.Mixture.Stopping;

/**
 * Which rows of the files are read.
 *
 * @param columns the column of the data by the name that is wanted; empty for all as they are
 * @param probabilities of each file; empty for one file after the other
 * @param stopping where drawing ends
 * @param valSize share of the rows that is held out; 0 for none
 */
record DataMix(
    Map<String, String> columns, List<Double> probabilities, Stopping stopping, double valSize) {

  /** The files that {@code data} names. */
  static List<Path> files(Settings settings) {
    List<Path> files = settings.paths("data");
    if (files.isEmpty()) {
      SettingsCommand.required(settings, "data");
    }
    return files;
  }

  static DataMix of(Settings settings) {
    Map<String, String> columns = new LinkedHashMap<>();
    settings.map(
        "columns", map -> map.forEach((name, column) -> columns.put(name, String.valueOf(column))));
    List<Double> probabilities = new ArrayList<>();
    settings.list(
        "interleave_probs", texts -> texts.forEach(text -> probabilities.add(probability(text))));
    int files = files(settings).size();
    if (!probabilities.isEmpty() && probabilities.size() != files) {
      throw new ConfigException(
          "interleave_probs: wanted one for each file of data, %d; found %d"
              .formatted(files, probabilities.size()));
    }
    Stopping[] stopping = {Stopping.FIRST_EXHAUSTED};
    settings.choice("stopping_strategy", Stopping.class, value -> stopping[0] = value);
    double[] valSize = {0};
    settings.number("val_size", value -> valSize[0] = value);
    if (!(valSize[0] >= 0 && valSize[0] < 1)) {
      throw new ConfigException("val_size: wanted 0 up to but not 1, found " + valSize[0]);
    }
    return new DataMix(columns, List.copyOf(probabilities), stopping[0], valSize[0]);
  }

  private static double probability(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new ConfigException("interleave_probs: wanted numbers, found '" + text + "'");
    }
  }

  /** As a configuration file has it. */
  Map<String, Object> resolved() {
    Map<String, Object> values = new LinkedHashMap<>();
    if (!columns.isEmpty()) {
      values.put("columns", columns);
    }
    if (!probabilities.isEmpty()) {
      values.put("interleave_probs", probabilities);
      values.put("stopping_strategy", stopping.name().toLowerCase(Locale.ROOT));
    }
    values.put("val_size", valSize);
    return values;
  }
}
