package org.tune4j.eval.report;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.report.ModelCard;
import org.tune4j.engine.report.RunRecord;

/**
 * What a run's folder tells for the card of a model that came out of it: data, settings, figures.
 */
public final class RunFacts {
  private RunFacts() {}

  /**
   * Adds what is known to a card; nothing where the folder is no run's.
   *
   * @param run the folder with {@code run.json}, {@code config.json} and {@code metrics.jsonl}
   */
  public static void addTo(ModelCard card, Path run) {
    Optional<RunRecord> record = RunRecord.read(run);
    if (record.isEmpty()) {
      return;
    }
    card.section("Data", data(record.get()));
    Map<String, Object> config = RunRecord.readConfig(run).orElse(Map.of());
    Map<String, Object> settings = new LinkedHashMap<>();
    for (String group : List.of("lora", "prompt", "head", "train")) {
      if (config.get(group) instanceof Map<?, ?> values) {
        values.forEach((name, value) -> put(settings, String.valueOf(name), value));
      }
    }
    card.section("Training", settings);
    figures(card, RunMetrics.read(run));
  }

  /** File names and checksums; where the files lay is nobody's concern. */
  private static Map<String, String> data(RunRecord record) {
    Map<String, String> data = new LinkedHashMap<>();
    record.data().stream()
        .flatMap(part -> part.files().stream())
        .forEach(file -> data.put(file.name(), "SHA-256 " + file.sha256()));
    return data;
  }

  private static void put(Map<String, Object> settings, String name, Object value) {
    boolean empty =
        value == null
            || value instanceof List<?> list && list.isEmpty()
            || value instanceof Map<?, ?> map && map.isEmpty();
    if (!empty) {
      settings.put(name, value);
    }
  }

  private static void figures(ModelCard card, RunMetrics metrics) {
    Map<String, String> figures = new LinkedHashMap<>();
    List<RunMetrics.Step> steps = metrics.steps();
    if (!steps.isEmpty()) {
      RunMetrics.Step last = steps.get(steps.size() - 1);
      figures.put("steps", String.valueOf(last.step()));
      figures.put("training loss, last step", number(last.loss()));
    }
    List<RunMetrics.Evaluated> evaluations = metrics.evaluations();
    if (!evaluations.isEmpty()) {
      RunMetrics.Evaluated last = evaluations.get(evaluations.size() - 1);
      last.values()
          .forEach((name, value) -> figures.put(name + ", step " + last.step(), number(value)));
      card.with(
          "metrics",
          last.values().keySet().stream().map(name -> name.replaceFirst("^eval_", "")).toList());
    }
    card.section("Figures", figures);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.6g", value);
  }
}
