package org.tune4j.examples.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.trainer.Trainer;

/**
 * What holds the weights near those of an old task.
 *
 * @param ewcFile what {@code tune4j fisher} wrote; empty for none
 * @param ewcLambda how firmly that holds
 * @param l2ToStart how firmly all are held where the run starts; 0 for not
 */
record HeldSettings(Optional<Path> ewcFile, double ewcLambda, double l2ToStart) {
  static List<Setting> table(String group) {
    return List.of(
        new Setting(
            "ewc_file",
            group,
            "FILE",
            "Hold weights by what an old task needs (docs/objectives.md): what tune4j fisher wrote"
                + " of it."),
        new Setting("ewc_lambda", group, "X", "How firmly ewc_file holds."),
        new Setting(
            "l2_to_start",
            group,
            "X",
            "Hold all weights alike where the run starts, that firmly. Default 0: not."));
  }

  /**
   * What was asked for.
   *
   * @throws ConfigException if the settings do not go together, or there is no such file
   */
  static HeldSettings of(Settings settings) {
    Optional<Path> file = settings.path("ewc_file");
    double[] lambda = {0, 0};
    settings.number("ewc_lambda", value -> lambda[0] = strength("ewc_lambda", value));
    settings.number("l2_to_start", value -> lambda[1] = strength("l2_to_start", value));
    if (file.isPresent() != settings.has("ewc_lambda")) {
      throw new ConfigException("ewc_file and ewc_lambda need each other: by what, and how firmly");
    }
    if (file.isPresent() && lambda[1] > 0) {
      throw new ConfigException("ewc_file and l2_to_start both say how weights are held; keep one");
    }
    if (file.isPresent() && !Files.isRegularFile(file.get())) {
      throw new ConfigException("ewc_file: there is no file " + file.get());
    }
    return new HeldSettings(file, lambda[0], lambda[1]);
  }

  private static double strength(String name, double value) {
    if (!(value >= 0 && Double.isFinite(value))) {
      throw new ConfigException(name + ": wanted a finite number of at least 0, found " + value);
    }
    return value;
  }

  void order(Trainer<?, ?> trainer) {
    ewcFile.ifPresent(file -> trainer.ewc(file, ewcLambda));
    if (l2ToStart > 0) {
      trainer.l2ToStart(l2ToStart);
    }
  }

  /** As a configuration file has it. */
  Map<String, Object> resolved() {
    Map<String, Object> values = new LinkedHashMap<>();
    ewcFile.ifPresent(
        file -> {
          values.put("ewc_file", file.toString());
          values.put("ewc_lambda", ewcLambda);
        });
    values.put("l2_to_start", l2ToStart);
    return values;
  }
}
