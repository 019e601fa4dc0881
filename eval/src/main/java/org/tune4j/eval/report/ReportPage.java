package org.tune4j.eval.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tune4j.engine.checkpoint.Manifest;
import org.tune4j.engine.report.RunRecord;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.train.RunStart;
import org.tune4j.eval.metric.Metric;
import org.tune4j.eval.metric.Metrics;
import org.tune4j.eval.report.RunMetrics.Evaluated;
import org.tune4j.eval.report.RunMetrics.Step;

/** A report's data as a page. Every text of a run goes through {@link Html#escape}. */
final class ReportPage {
  /** What is shown at once where it was measured before and after. */
  private static final List<String> BOTH = List.of("eval_reward", "eval_loss");

  private final ReportData data;
  private final ChartFigure charts = new ChartFigure();
  private final StringBuilder html = new StringBuilder();

  private ReportPage(ReportData data) {
    this.data = data;
  }

  static String html(ReportData data) {
    return new ReportPage(data).page();
  }

  private String page() {
    headline();
    html.append(PolicySection.html(data.metrics().updates(), charts));
    html.append(PreferenceSection.html(data.metrics(), charts));
    html.append(ResponseSection.html(data.responsesBefore(), data.responsesAfter()));
    html.append(ChartSection.html(data.metrics(), data.before(), data.after(), charts));
    evaluations();
    html.append(Page.facts("Faults", faults()));
    html.append(SampleSection.html(data.answersBefore(), data.answersAfter()));
    html.append(data.preflight().map(PreflightSection::html).orElse(""));
    html.append(Page.facts("Configuration", flat(data.config())));
    html.append(Page.facts("Versions", data.versions()));
    files();
    return Page.html(name(data.run().toString()), summary(), html.toString());
  }

  /** The last part of a path that has one. */
  private static String name(String path) {
    Path last = Path.of(path).toAbsolutePath().normalize().getFileName();
    return last == null ? path : last.toString();
  }

  private String summary() {
    String base = data.record().map(record -> name(record.base().path())).orElse("a model");
    String end =
        data.result()
            .map(
                result ->
                    switch (result.reason()) {
                      case FINISHED -> "finished";
                      case EARLY_STOPPED -> "stopped early, for it no longer got better";
                      case CANCELLED -> "cancelled";
                    })
            .orElse("as far as its folder tells");
    return "Fine-tuning of " + base + ": " + end + ".";
  }

  private void headline() {
    html.append("<section><div class=\"tiles\">\n");
    beforeAndAfter();
    if (data.metrics().updates().isEmpty()) {
      tile("Final loss", Numbers.shorter(finalLoss()), data.metrics().lossUnit() + ", training");
    } else {
      tile(
          "Time",
          PolicySection.shares(data.metrics().updates()),
          "% sampling · scoring · training");
    }
    double accuracy = PreferenceSection.accuracy(data.metrics().preferences());
    if (Double.isFinite(accuracy)) {
      tile("Told right", Numbers.percent(accuracy), "of the last update's pairs");
    }
    tile("Steps", Numbers.whole(steps()), data.start().map(this::ofAll).orElse(""));
    data.start()
        .ifPresent(
            start ->
                tile(
                    "Trained",
                    Numbers.percent((double) start.trainedParameters() / start.allParameters()),
                    Numbers.whole(start.trainedParameters())
                        + " of "
                        + Numbers.whole(start.allParameters())
                        + " parameters"));
    tile("Speed", Numbers.whole(data.metrics().tokensPerSecond()), "tokens a second");
    tile("Peak memory", Numbers.whole(data.metrics().peakMib()), "MiB resident");
    html.append("</div>\n<dl class=\"places\">");
    data.record().ifPresent(record -> place("Base model", record.base().path()));
    data.record()
        .filter(record -> record.result() != null)
        .ifPresent(record -> place("Result", record.result().path()));
    place("Run folder", data.run().toString());
    html.append("</dl></section>\n");
  }

  private String ofAll(RunStart start) {
    String resumed =
        start.firstStep() > 0 ? ", resumed after " + Numbers.whole(start.firstStep()) : "";
    return "of " + Numbers.whole(start.totalSteps()) + resumed;
  }

  private double finalLoss() {
    List<Step> steps = data.metrics().steps();
    return data.result()
        .map(RunResult::loss)
        .orElse(steps.isEmpty() ? Double.NaN : steps.get(steps.size() - 1).loss());
  }

  private double steps() {
    List<Step> steps = data.metrics().steps();
    return data.result()
        .map(result -> (double) result.steps())
        .orElse(steps.isEmpty() ? 0.0 : steps.get(steps.size() - 1).step());
  }

  /** A tile for the metric of each that both have: the task's first one, and the loss. */
  private void beforeAndAfter() {
    List<String> names = new ArrayList<>();
    Metrics.all().stream()
        .map(metric -> "eval_" + metric.name())
        .filter(this::isInBoth)
        .findFirst()
        .ifPresent(names::add);
    BOTH.stream().filter(this::isInBoth).forEach(names::add);
    for (String name : names) {
      double before = data.before().get(name);
      double after = data.after().get(name);
      boolean better = higherIsBetter(name) ? after > before : after < before;
      String change = after == before ? "same" : better ? "better" : "worse";
      html.append(
          "<div class=\"tile main\"><b>%s</b><span class=\"figure\">%s <span class=\"to\">→</span> <span class=\"%s\">%s</span></span><span class=\"unit\">before → after, %s</span></div>\n"
              .formatted(
                  Html.escape(name),
                  Numbers.shorter(before),
                  change,
                  Numbers.shorter(after),
                  change.equals("same") ? "the same" : change));
    }
  }

  private boolean isInBoth(String name) {
    return data.before().containsKey(name) && data.after().containsKey(name);
  }

  private static boolean higherIsBetter(String name) {
    if (name.equals("eval_reward")) {
      return true;
    }
    return Metrics.all().stream()
        .filter(metric -> name.equals("eval_" + metric.name()))
        .findFirst()
        .map(Metric::higherIsBetter)
        .orElse(false);
  }

  private void tile(String title, String figure, String unit) {
    html.append(Page.tile(title, figure, unit));
  }

  private void place(String name, String path) {
    html.append("<dt>%s</dt><dd>%s</dd>".formatted(name, Html.escape(path)));
  }

  private void evaluations() {
    Map<String, Map<String, Double>> rows = new LinkedHashMap<>();
    if (!data.before().isEmpty()) {
      rows.put("before", data.before());
    }
    for (Evaluated evaluated : data.metrics().evaluations()) {
      rows.put(Numbers.whole(evaluated.step()), evaluated.values());
    }
    if (!data.after().isEmpty()) {
      rows.put("after", data.after());
    }
    Set<String> names = new LinkedHashSet<>();
    rows.values().forEach(values -> names.addAll(values.keySet()));
    if (names.isEmpty()) {
      return;
    }
    html.append("<section><h2>Evaluations</h2><div class=\"scroll\"><table class=\"numbers\">");
    html.append("<thead><tr><th>step</th>");
    names.forEach(name -> html.append("<th>").append(Html.escape(name)).append("</th>"));
    html.append("</tr></thead>\n<tbody>");
    rows.forEach(
        (step, values) -> {
          html.append("<tr><th>").append(step).append("</th>");
          for (String name : names) {
            html.append("<td>")
                .append(Numbers.shorter(values.getOrDefault(name, Double.NaN)))
                .append("</td>");
          }
          html.append("</tr>\n");
        });
    html.append("</tbody></table></div></section>\n");
  }

  private Map<String, String> faults() {
    Map<String, String> rows = new LinkedHashMap<>();
    for (RunMetrics.Fault fault : data.metrics().faults()) {
      rows.merge(
          "step " + fault.step(),
          "%s, %s: %s; examples %s"
              .formatted(fault.kind(), fault.action(), fault.verdict(), fault.examples())
              .replace('_', ' '),
          (one, next) -> one + ". " + next);
    }
    return rows;
  }

  /** Maps within maps as names with dots. */
  private static Map<String, Object> flat(Map<?, ?> config) {
    Map<String, Object> flat = new LinkedHashMap<>();
    config.forEach(
        (name, value) -> {
          if (value instanceof Map<?, ?> inner && !inner.isEmpty()) {
            flat(inner).forEach((below, leaf) -> flat.put(name + "." + below, leaf));
          } else {
            flat.put(String.valueOf(name), value);
          }
        });
    return flat;
  }

  private void files() {
    if (data.record().isEmpty()) {
      return;
    }
    RunRecord record = data.record().get();
    Map<String, String> rows = new LinkedHashMap<>();
    addFiles(rows, "base", record.base());
    record.data().forEach(part -> addFiles(rows, "data", part));
    addFiles(rows, "config", record.config());
    if (record.result() != null) {
      addFiles(rows, "result", record.result());
    }
    html.append(Page.facts("Files by SHA-256", rows));
  }

  private static void addFiles(Map<String, String> rows, String kind, RunRecord.Part part) {
    for (Manifest.Entry file : part.files()) {
      rows.put(kind + ": " + file.name(), file.sha256());
    }
  }
}
