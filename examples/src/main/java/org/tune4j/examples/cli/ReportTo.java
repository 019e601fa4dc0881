package org.tune4j.examples.cli;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NearestName;
import org.tune4j.eval.sink.MlflowConfig;

/**
 * Where the values of a run go besides its folder.
 *
 * @param trackingUri of MLflow; empty for what the environment says
 * @param experiment of MLflow; empty for what the environment says
 */
record ReportTo(Set<Sink> sinks, Optional<String> trackingUri, Optional<String> experiment) {
  private static final String NONE = "none";
  private static final String TRACKING_URI = "mlflow_tracking_uri";
  private static final String EXPERIMENT = "mlflow_experiment";

  /** As transformers names them. */
  enum Sink {
    TENSORBOARD,
    MLFLOW;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static ReportTo of(Settings settings) {
    Set<Sink> sinks = EnumSet.noneOf(Sink.class);
    settings.list("report_to", names -> names.forEach(name -> add(sinks, name)));
    for (String name : List.of(TRACKING_URI, EXPERIMENT)) {
      if (settings.has(name) && !sinks.contains(Sink.MLFLOW)) {
        throw new ConfigException(name + " needs report_to: mlflow");
      }
    }
    ReportTo reportTo = new ReportTo(sinks, settings.text(TRACKING_URI), settings.text(EXPERIMENT));
    if (sinks.contains(Sink.MLFLOW)) {
      MlflowConfig.address(reportTo.mlflowAddress());
    }
    return reportTo;
  }

  private static void add(Set<Sink> sinks, String name) {
    List<String> known =
        Stream.concat(Stream.of(Sink.values()).map(Sink::text), Stream.of(NONE)).toList();
    if (!known.contains(name)) {
      throw new ConfigException(
          "report_to: wanted %s, found '%s'; the nearest is %s"
              .formatted(String.join(", ", known), name, NearestName.of(name, known)));
    }
    if (!name.equals(NONE)) {
      sinks.add(Sink.valueOf(name.toUpperCase(Locale.ROOT)));
    }
  }

  /** Where the MLflow server is. */
  String mlflowAddress() {
    return trackingUri
        .or(() -> Optional.ofNullable(System.getenv("MLFLOW_TRACKING_URI")))
        .orElseThrow(
            () ->
                new ConfigException(
                    "report_to: mlflow needs mlflow_tracking_uri, or the environment variable"
                        + " MLFLOW_TRACKING_URI"));
  }

  /** What MLflow shows the run under. */
  String mlflowExperiment() {
    return experiment
        .or(() -> Optional.ofNullable(System.getenv("MLFLOW_EXPERIMENT_NAME")))
        .orElse("Default");
  }

  Map<String, Object> resolved() {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put(
        "report_to",
        sinks.isEmpty() ? NONE : sinks.stream().map(Sink::text).collect(Collectors.joining(",")));
    trackingUri.ifPresent(uri -> values.put(TRACKING_URI, uri));
    experiment.ifPresent(name -> values.put(EXPERIMENT, name));
    return values;
  }
}
