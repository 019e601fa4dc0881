package org.tune4j.examples.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TrainedStorage;
import org.tune4j.engine.adapt.TrainedStorage.Gradients;
import org.tune4j.engine.adapt.TrainedStorage.Masters;
import org.tune4j.engine.train.MemorySettings;

/** How what is trained is held in memory: docs/memory.md. */
final class MemoryLadderSettings {
  /** Bf16 with nothing beside it: {@code precision bf16} and {@code master_weights none}. */
  private static final String PURE = "bf16-pure";

  private static final String STATES = "states";
  private static final String ACTIVATIONS = "activations";

  private MemoryLadderSettings() {}

  /** Whether others may be chosen where these do not fit. */
  static boolean isAuto(Settings settings) {
    boolean[] auto = {false};
    settings.choice("memory", Map.of("given", false, "auto", true), value -> auto[0] = value);
    return auto[0];
  }

  /** What can be told of a run that is planned. */
  static Setting memory(String group) {
    return new Setting(
        "memory",
        group,
        "given|auto",
        "Where the run does not fit: refuse it (default), or take the fastest way that fits, which"
            + " may change numbers; --method full.");
  }

  /** What can be told. */
  static List<Setting> table(String group) {
    return List.of(
        new Setting(
            "master_weights",
            group,
            "fp32|split|split24|none",
            "What updates add up in beside bf16 weights: fp32 (default); split, the bits that fp32"
                + " has besides; 8 of these; or nothing, rounded at random."),
        new Setting(
            "gradients",
            group,
            "fp32|compute|released",
            "What gradients add up in: fp32 (default); the type of --precision; or fp32 a block at a"
                + " time, which is updated inside the backward pass."),
        new Setting(
            "spill",
            group,
            "states,activations",
            "Keep the optimizer's states, or what forward keeps, in files in the run's folder."));
  }

  /** What the model is to compute in, as it was asked for; default auto. */
  static String precision(Settings settings) {
    return settings
        .text("precision")
        .map(asked -> asked.equals(PURE) ? "bf16" : asked)
        .orElse("auto");
  }

  /** The rungs that were asked for; a model that a command has loaded it can give up. */
  static MemorySettings of(Settings settings) {
    boolean pure = settings.text("precision").map(PURE::equals).orElse(false);
    Masters[] masters = {pure ? Masters.NONE : Masters.FP32};
    settings.choice("master_weights", Masters.class, value -> masters[0] = value);
    if (pure && masters[0] != Masters.NONE) {
      throw new ConfigException(
          "precision = bf16-pure is bf16 with master_weights = none, found master_weights = "
              + lower(masters[0]));
    }
    Gradients[] gradients = {Gradients.FP32};
    settings.choice("gradients", Gradients.class, value -> gradients[0] = value);
    List<String> spilled = new ArrayList<>();
    settings.list("spill", spilled::addAll);
    for (String each : spilled) {
      if (!List.of(STATES, ACTIVATIONS).contains(each)) {
        throw new ConfigException(
            "spill: wanted %s, %s or both, found %s".formatted(STATES, ACTIVATIONS, each));
      }
    }
    return new MemorySettings(
        new TrainedStorage(masters[0], gradients[0]),
        FullSettings.isAsked(settings),
        spilled.contains(STATES),
        spilled.contains(ACTIVATIONS));
  }

  /** Every setting with its value, as a configuration file has it. */
  static Map<String, Object> resolved(MemorySettings memory) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("master_weights", lower(memory.storage().masters()));
    values.put("gradients", lower(memory.storage().gradients()));
    List<String> spilled = new ArrayList<>();
    if (memory.spillStates()) {
      spilled.add(STATES);
    }
    if (memory.spillActivations()) {
      spilled.add(ACTIVATIONS);
    }
    values.put("spill", spilled);
    return values;
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
