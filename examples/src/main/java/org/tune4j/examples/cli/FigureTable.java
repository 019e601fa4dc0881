package org.tune4j.examples.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.tune4j.eval.result.EvalResult;
import org.tune4j.eval.result.Figure;
import org.tune4j.eval.result.FigureComparison;
import org.tune4j.eval.result.SeedComparison;
import org.tune4j.eval.stats.Interval;
import org.tune4j.eval.stats.SeedSummary;

/** Figures in columns that a person reads. */
final class FigureTable {
  private FigureTable() {}

  /** A line a figure: task, name, value, interval, rows. */
  static List<String> lines(EvalResult result) {
    List<List<String>> cells = new ArrayList<>();
    cells.add(List.of("task", "figure", "value", "95 % interval", "n"));
    for (Figure figure : result.figures()) {
      cells.add(
          List.of(
              result.task(),
              figure.name(),
              number(figure.value()),
              figure.interval().map(FigureTable::interval).orElse("–"),
              String.valueOf(figure.count())));
    }
    return TextTable.aligned(cells, 2);
  }

  /**
   * A line a comparison.
   *
   * @param adjusted p corrected for there being several, one a comparison
   */
  static List<String> lines(List<FigureComparison> comparisons, double[] adjusted) {
    List<List<String>> cells = new ArrayList<>();
    cells.add(
        List.of(
            "task",
            "figure",
            "baseline",
            "candidate",
            "difference",
            "95 % interval",
            "p",
            "p (Holm)",
            "n",
            "n needed"));
    for (int i = 0; i < comparisons.size(); i++) {
      FigureComparison each = comparisons.get(i);
      cells.add(
          List.of(
              each.task(),
              each.name(),
              number(each.baseline()),
              number(each.candidate()),
              signed(each.difference()),
              each.interval().map(FigureTable::interval).orElse("–"),
              probability(each.p()),
              probability(adjusted[i]),
              String.valueOf(each.rows()),
              each.rowsNeeded().isPresent() ? String.valueOf(each.rowsNeeded().getAsLong()) : "–"));
    }
    return TextTable.aligned(cells, 2);
  }

  /** A line a figure of several runs. */
  static List<String> seeds(List<SeedComparison> comparisons) {
    List<List<String>> cells = new ArrayList<>();
    cells.add(List.of("task", "figure", "baseline", "candidate", "p"));
    for (SeedComparison each : comparisons) {
      cells.add(
          List.of(
              each.task(),
              each.name(),
              summary(each.baseline()),
              each.candidate().map(FigureTable::summary).orElse("–"),
              probability(each.p())));
    }
    return TextTable.aligned(cells, 2);
  }

  private static String summary(SeedSummary runs) {
    return "%s ± %s %s, %d runs"
        .formatted(
            number(runs.mean()),
            number(runs.standardDeviation()),
            interval(runs.interval(0.95)),
            runs.runs());
  }

  private static String interval(Interval interval) {
    return "[" + number(interval.low()) + ", " + number(interval.high()) + "]";
  }

  private static String signed(double value) {
    return value > 0 ? "+" + number(value) : number(value);
  }

  private static String probability(double p) {
    return p < 0.0001 ? "<0.0001" : number(p);
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "–";
    }
    return String.format(Locale.ROOT, Math.abs(value) < 1000 ? "%.4f" : "%.1f", value);
  }
}
