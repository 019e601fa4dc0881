package org.tune4j.examples.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.model.WeightFormat;
import org.tune4j.full.Freezing;

/** Whether a model's own weights are trained, and which of them are not. */
final class FullSettings {
  private static final List<String> FREEZING =
      List.of("freeze_layers", "freeze_embeddings", "unfrozen_parameters");

  private FullSettings() {}

  static List<Setting> table(String group) {
    return List.of(
        new Setting(
            "method",
            group,
            "lora|full",
            "Train an adapter (default), or the model's own weights: RUN/model."),
        new Setting(
            "freeze_layers",
            group,
            "N",
            "With method full: the first N blocks stay as they are. Default 0."),
        new Setting(
            "freeze_embeddings",
            group,
            null,
            "With method full: the embeddings stay as they are, and an output layer that uses their"
                + " matrix."),
        new Setting(
            "unfrozen_parameters",
            group,
            "REGEX,…",
            "With method full: of the rest train only weights whose names one of these matches from"
                + " the first character on."));
  }

  /** Whether the model's own weights are to be trained. */
  static boolean isAsked(Settings settings) {
    boolean[] full = {false};
    settings.choice("method", Map.of("lora", false, "full", true), value -> full[0] = value);
    return full[0];
  }

  /**
   * What is not trained; empty where an adapter is.
   *
   * @throws ConfigException if a setting does not go with the method
   */
  static Optional<Freezing> of(Settings settings) {
    if (!isAsked(settings)) {
      refuse(settings, "lora", FREEZING);
      return Optional.empty();
    }
    refuse(
        settings,
        "full",
        SftSettings.METHOD.stream()
            .filter(
                each ->
                    List.of(SftSettings.LORA, SftSettings.PROMPT, PeftSettings.PEFT)
                        .contains(each.group()))
            .map(Setting::name)
            .toList());
    if (GenerationSettings.format(settings) != WeightFormat.PLAIN) {
      throw new ConfigException(
          "weights: method full trains the weights themselves and takes plain, found "
              + GenerationSettings.format(settings).lowerName());
    }
    int[] layers = {0};
    settings.integer("freeze_layers", value -> layers[0] = value);
    List<String> unfrozen = new ArrayList<>();
    settings.list("unfrozen_parameters", unfrozen::addAll);
    return Optional.of(new Freezing(layers[0], settings.flag("freeze_embeddings"), unfrozen));
  }

  private static void refuse(Settings settings, String method, List<String> names) {
    for (String name : names) {
      if (settings.has(name)) {
        throw new ConfigException(
            "%s does not go with method %s; take one of them out".formatted(name, method));
      }
    }
  }

  /** As a configuration file has it. */
  static Map<String, Object> resolved(Optional<Freezing> full) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("method", full.isPresent() ? "full" : "lora");
    full.ifPresent(
        freezing -> {
          values.put("freeze_layers", freezing.layers());
          values.put("freeze_embeddings", freezing.embeddings());
          if (!freezing.unfrozenParameters().isEmpty()) {
            values.put("unfrozen_parameters", freezing.unfrozenParameters());
          }
        });
    return values;
  }
}
