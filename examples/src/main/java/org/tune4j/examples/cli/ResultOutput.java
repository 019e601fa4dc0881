package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.eval.gate.GateResult;
import org.tune4j.eval.gate.QualityGate;
import org.tune4j.eval.report.EvalReport;
import org.tune4j.eval.result.EvalResult;
import org.tune4j.eval.result.Figure;
import org.tune4j.eval.result.ResultFolder;

/**
 * How commands that measure a model print and write what they found.
 *
 * @param json whether as a line of JSON a figure, the gate's verdict last
 */
record ResultOutput(Console console, boolean json) {
  /** The setting that {@link #modelName} reads. */
  static final Setting MODEL_NAME =
      new Setting(
          "model_name", "model", "NAME", "What results call it. Default: its folder's name.");

  /** The setting that {@link #gate(Settings)} reads. */
  static Setting gate(String group) {
    return new Setting(
        "gate",
        group,
        "FILE|default",
        "What figures must reach: a gate file, or the table that is shipped.");
  }

  /** The gate that figures must pass. */
  static Optional<QualityGate> gate(Settings settings) {
    return settings
        .text("gate")
        .map(
            name ->
                name.equals("default") ? QualityGate.standard() : QualityGate.read(Path.of(name)));
  }

  /**
   * What results call the model. An adapter's folder is called adapter more often than not; that of
   * its run tells more.
   */
  static String modelName(Settings settings) {
    Path model = SettingsCommand.required(settings, "model");
    Path named = settings.path("adapter").orElse(model).toAbsolutePath().normalize();
    Path parent = named.getParent();
    boolean dull = List.of("adapter", "model").contains(String.valueOf(named.getFileName()));
    Path told = dull && parent != null ? parent : named;
    return settings.text("model_name").orElse(String.valueOf(told.getFileName()));
  }

  /** Writes the results of a model, and the report of them. */
  static void write(Path folder, List<EvalResult> results, Optional<GateResult> judged) {
    ResultFolder.write(folder, results);
    EvalReport report = EvalReport.of(results);
    judged.ifPresent(report::gate);
    report.write(folder);
  }

  /** Prints the figures. */
  void show(EvalResult result) {
    if (!json) {
      FigureTable.lines(result).forEach(console.out()::println);
      return;
    }
    for (Figure figure : result.figures()) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("model_name", result.model());
      line.put("task", result.task());
      line.put("figure", figure.name());
      line.putAll(ResultFolder.json(figure));
      console.json(line);
    }
  }

  /** Says what a gate made of them. */
  void show(GateResult result) {
    if (json) {
      console.json(result.json());
    }
    for (GateResult.Line line : result.lines()) {
      String why = line.status() == GateResult.Status.FAIL ? ": " + line.reason() : "";
      console.say("%-12s %s%s".formatted(line.status(), line.name(), why));
    }
    console.say(result.verdict());
  }
}
