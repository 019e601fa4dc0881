package org.tune4j.examples.compare;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.tune4j.engine.checkpoint.AtomicFile;
import org.tune4j.eval.report.IntervalChart;
import org.tune4j.eval.result.Certainty;
import org.tune4j.eval.result.Figure;
import org.tune4j.eval.result.FigureComparison;
import org.tune4j.eval.result.RowFigure;
import org.tune4j.eval.stats.Interval;

/** What methods cost and are worth, the best first: as Markdown, CSV, JSON and a picture. */
final class ComparisonTable {
  private final Budget budget;
  private final List<MethodResult> results;
  private final List<MethodComparison> comparisons;

  private ComparisonTable(Budget budget, List<MethodResult> results) {
    this.budget = budget;
    this.results = results;
    this.comparisons = MethodComparison.of(budget.task().key(), results);
  }

  /** The table of methods whose folders are complete. */
  static ComparisonTable of(ComparisonFolder folder, List<String> methods) {
    Budget budget = folder.budget();
    List<MethodResult> results =
        methods.stream()
            .map(method -> MethodResult.of(folder, method, budget.task().metrics()))
            .sorted(Comparator.comparingDouble(result -> -result.first().value()))
            .toList();
    return new ComparisonTable(budget, results);
  }

  /** The methods, the best first. */
  List<MethodResult> results() {
    return results;
  }

  List<MethodComparison> comparisons() {
    return comparisons;
  }

  /** Writes {@code comparison.md}, {@code .csv}, {@code .json} and, where it can, {@code .svg}. */
  void write(Path folder) {
    write(folder.resolve("comparison.md"), markdown());
    write(folder.resolve("comparison.csv"), csv());
    ComparisonFolder.write(
        folder.resolve("comparison.json"), results.stream().map(this::fields).toList());
    picture().ifPresent(svg -> write(folder.resolve("comparison.svg"), svg));
  }

  private static void write(Path file, String text) {
    AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  private Optional<String> picture() {
    String metric = results.get(0).first().name();
    return IntervalChart.svg(
        "%s of %s, with 95 %% intervals; in brackets what is trained, of the base's parameters"
            .formatted(metric, budget.task().key()),
        results.stream()
            .map(
                result -> {
                  Figure figure = Certainty.DEFAULT.measure(result.first());
                  return new IntervalChart.Row(
                      label(result),
                      figure.value(),
                      figure.interval(),
                      result.method().equals(ComparedMethods.BASELINE));
                })
            .toList());
  }

  private static String label(MethodResult result) {
    boolean trained = result.cost().trained() > 0;
    return result.method() + (trained ? " (" + share(result.cost()) + ")" : "");
  }

  /** The table, its columns in line, and what is to be said beside it. */
  String markdown() {
    List<List<String>> cells = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("method", "trained"));
    results.get(0).pooled().forEach(figure -> head.add(figure.name() + " (95 %)"));
    head.addAll(
        List.of("by run", "to lora (95 %; Holm's p)", "rate", "tokens/s", "peak MiB", "file KiB"));
    cells.add(head);
    results.forEach(result -> cells.add(cells(result)));
    String sentences =
        comparisons.stream()
            .filter(each -> ComparedMethods.PREFIXES.contains(each.candidate()))
            .map(each -> "- " + each.sentence() + ".\n")
            .collect(Collectors.joining());
    return Columns.markdown(cells) + "\n" + budget() + "\n\n" + sentences;
  }

  private List<String> cells(MethodResult result) {
    MethodCost cost = result.cost();
    boolean untrained = cost.trained() == 0;
    List<String> row = new ArrayList<>();
    row.add(result.method());
    row.add(share(cost));
    for (int i = 0; i < result.pooled().size(); i++) {
      double largest = largest(i);
      Figure figure = Certainty.DEFAULT.measure(result.pooled().get(i));
      row.add(
          number(figure.value(), largest)
              + figure.interval().map(each -> " (" + interval(each, largest) + ")").orElse(""));
    }
    double largest = largest(0);
    row.add(
        result.byRun().stream()
            .map(value -> number(value, largest))
            .collect(Collectors.joining(", ")));
    row.add(toBaseline(result.method()).map(ComparisonTable::difference).orElse("–"));
    row.add(untrained ? "–" : rate(cost.learningRate()));
    row.add(untrained ? "–" : String.format(Locale.ROOT, "%.0f", cost.tokensPerSecond()));
    row.add(Long.toString(cost.peakBytes() >> 20));
    row.add(untrained ? "–" : Long.toString((cost.fileBytes() + 1023) >> 10));
    return row;
  }

  private Optional<MethodComparison> toBaseline(String method) {
    return comparisons.stream()
        .filter(each -> each.baseline().equals(ComparedMethods.BASELINE))
        .filter(each -> each.candidate().equals(method))
        .findFirst();
  }

  private String budget() {
    return String.format(
        Locale.ROOT,
        "%s: %d updates of %d rows, the same rows in the same order for every method; %d run(s) each,"
            + " which differ in their seeds. The rate is the one of the least validation loss of %d"
            + " runs of %d updates, searched in the same way for every method. Intervals are over"
            + " %d test rows, the answers of all runs pooled; p is of a paired test on them. Neither"
            + " speaks of other seeds: the figures by run do. Trained is by the base's parameters."
            + " Peak is what a process of its own had resident until its first run's end, the JVM"
            + " included; of untrained when it was loaded.",
        budget.task().key(),
        budget.updates(),
        Budget.BATCH,
        budget.seeds(),
        RateSearch.TRIALS,
        budget.trialUpdates(),
        results.get(0).first().statistics().rows());
  }

  private String csv() {
    StringBuilder text = new StringBuilder();
    for (MethodResult result : results) {
      Map<String, Object> fields = fields(result);
      if (text.length() == 0) {
        text.append(String.join(",", fields.keySet())).append('\n');
      }
      text.append(
              fields.values().stream()
                  .map(value -> value == null ? "" : value.toString())
                  .collect(Collectors.joining(",")))
          .append('\n');
    }
    return text.toString();
  }

  private Map<String, Object> fields(MethodResult result) {
    MethodCost cost = result.cost();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("method", result.method());
    fields.put("trained", cost.trained());
    fields.put("trained_share", cost.share());
    for (RowFigure each : result.pooled()) {
      Figure figure = Certainty.DEFAULT.measure(each);
      fields.put(each.name(), figure.value());
      put(each.name(), figure.interval(), fields);
    }
    for (int run = 0; run < budget.seeds(); run++) {
      boolean made = run < result.byRun().size();
      fields.put("run_" + (run + 1), made ? result.byRun().get(run) : null);
    }
    Optional<MethodComparison> to = toBaseline(result.method());
    fields.put("difference", to.map(each -> each.found().difference()).orElse(null));
    put("difference", to.flatMap(each -> each.found().interval()), fields);
    fields.put("p_holm", to.map(MethodComparison::adjusted).orElse(null));
    fields.put("learning_rate", cost.learningRate());
    fields.put("tokens_per_second", cost.tokensPerSecond());
    fields.put("peak_bytes", cost.peakBytes());
    fields.put("file_bytes", cost.fileBytes());
    return fields;
  }

  private static void put(String name, Optional<Interval> interval, Map<String, Object> fields) {
    fields.put(name + "_low", interval.map(Interval::low).orElse(null));
    fields.put(name + "_high", interval.map(Interval::high).orElse(null));
  }

  /** A difference with its interval and p. */
  static String difference(MethodComparison comparison) {
    FigureComparison found = comparison.found();
    double largest = Math.max(found.baseline(), found.candidate());
    return (found.difference() > 0 ? "+" : "")
        + number(found.difference(), largest)
        + " ("
        + found.interval().map(each -> interval(each, largest) + "; ").orElse("")
        + (comparison.adjusted() < 0.001
            ? "p < 0.001"
            : String.format(Locale.ROOT, "p = %.3f", comparison.adjusted()))
        + ")";
  }

  private static String interval(Interval interval, double largest) {
    return number(interval.low(), largest) + " to " + number(interval.high(), largest);
  }

  /** What has a scale to 100 with one decimal, shares with three. */
  private static String number(double value, double largest) {
    return String.format(Locale.ROOT, largest > 1 ? "%.1f" : "%.3f", value);
  }

  /** The largest value of a figure. */
  private double largest(int figure) {
    return results.stream()
        .mapToDouble(result -> result.pooled().get(figure).value())
        .max()
        .orElseThrow();
  }

  private static String share(MethodCost cost) {
    return cost.trained() == 0
        ? "–"
        : String.format(
            Locale.ROOT, cost.share() < 0.1 ? "%.2f %%" : "%.0f %%", 100 * cost.share());
  }

  private static String rate(double rate) {
    return String.format(Locale.ROOT, "%.0e", rate)
        .replaceFirst("e([+-])0?", "e$1")
        .replace("+", "");
  }
}
