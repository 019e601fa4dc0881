package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.eval.report.EvalReport;
import org.tune4j.eval.result.Certainty;
import org.tune4j.eval.result.EvalResult;
import org.tune4j.eval.result.FigureComparison;
import org.tune4j.eval.result.ModelComparison;
import org.tune4j.eval.result.ResultFolder;
import org.tune4j.eval.result.SeedComparison;
import org.tune4j.eval.stats.Interval;
import org.tune4j.eval.stats.MultipleTesting;
import org.tune4j.eval.stats.SeedSummary;
import picocli.CommandLine.Command;

/** {@code tune4j compare}: whether one model is better than another. */
@Command(
    name = "compare",
    description = {
      "Compares what eval wrote of two models on the same rows: differences with intervals, paired"
          + " tests, and how many rows it takes to see such a difference.",
      "With several folders on a side, runs of one recipe that differ in their seeds, it sums them"
          + " up: mean, spread, and Welch's test of two recipes."
    })
final class CompareCommand extends SettingsCommand {
  private static final String GROUP = "results";
  private static final List<Setting> TABLE =
      List.of(
          new Setting(
              "baseline", GROUP, "DIR,…", "What eval wrote of a model, or of runs of a recipe."),
          new Setting(
              "candidate",
              GROUP,
              "DIR,…",
              "The same of the model or recipe to hold against it; may be left out where runs are"
                  + " summed up."),
          new Setting(
              "output",
              GROUP,
              "DIR",
              "Where to write a report of both models side by side; not of recipes."));

  CompareCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  int run(Settings settings) {
    List<List<EvalResult>> baseline = read(settings, "baseline");
    List<List<EvalResult>> candidate = read(settings, "candidate");
    if (baseline.size() == 1 && candidate.size() == 1) {
      models(baseline.get(0), candidate.get(0), settings.path("output"));
    } else if (baseline.size() > 1 && candidate.size() != 1) {
      if (settings.path("output").isPresent()) {
        throw new ConfigException("--output: wanted one model on each side, found several runs");
      }
      seeds(SeedComparison.of(baseline, candidate));
    } else {
      throw new ConfigException(
          "--baseline and --candidate: found %d and %d folders; wanted one of each, or at least two"
              .formatted(baseline.size(), candidate.size()));
    }
    return 0;
  }

  private static List<List<EvalResult>> read(Settings settings, String name) {
    List<Path> folders = settings.paths(name);
    return folders.stream().map(ResultFolder::read).toList();
  }

  private void models(
      List<EvalResult> baseline, List<EvalResult> candidate, Optional<Path> output) {
    List<FigureComparison> found =
        new ModelComparison(Certainty.DEFAULT).compare(baseline, candidate);
    output.ifPresent(folder -> EvalReport.of(baseline).and(candidate, found).write(folder));
    double[] adjusted = adjusted(found);
    if (!json()) {
      console.say(baseline.get(0).model() + " → " + candidate.get(0).model());
      FigureTable.lines(found, adjusted).forEach(console.out()::println);
      return;
    }
    for (int i = 0; i < adjusted.length; i++) {
      console.json(line(found.get(i), adjusted[i]));
    }
  }

  /** Figures without a test stay so, and do not count among the tests. */
  private static double[] adjusted(List<FigureComparison> found) {
    double[] tested =
        found.stream().mapToDouble(FigureComparison::p).filter(p -> !Double.isNaN(p)).toArray();
    double[] corrected = tested.length == 0 ? tested : MultipleTesting.holm(tested);
    double[] all = new double[found.size()];
    int next = 0;
    for (int i = 0; i < all.length; i++) {
      all[i] = Double.isNaN(found.get(i).p()) ? Double.NaN : corrected[next++];
    }
    return all;
  }

  private static Map<String, Object> line(FigureComparison found, double adjusted) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("task", found.task());
    line.put("figure", found.name());
    line.put("baseline", orNull(found.baseline()));
    line.put("candidate", orNull(found.candidate()));
    line.put("difference", orNull(found.difference()));
    line.put("ci_low", found.interval().map(Interval::low).orElse(null));
    line.put("ci_high", found.interval().map(Interval::high).orElse(null));
    line.put("test", found.test());
    line.put("p", orNull(found.p()));
    line.put("p_holm", orNull(adjusted));
    line.put("n", found.rows());
    line.put("n_needed", found.rowsNeeded().isPresent() ? found.rowsNeeded().getAsLong() : null);
    return line;
  }

  private static Double orNull(double value) {
    return Double.isNaN(value) ? null : value;
  }

  private void seeds(List<SeedComparison> found) {
    if (!json()) {
      FigureTable.seeds(found).forEach(console.out()::println);
      return;
    }
    for (SeedComparison each : found) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("task", each.task());
      line.put("figure", each.name());
      line.put("baseline", summary(each.baseline()));
      each.candidate().ifPresent(runs -> line.put("candidate", summary(runs)));
      line.put("p", orNull(each.p()));
      console.json(line);
    }
  }

  private static Map<String, Object> summary(SeedSummary runs) {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("runs", runs.runs());
    summary.put("mean", runs.mean());
    summary.put("standard_deviation", runs.standardDeviation());
    Interval interval = runs.interval(0.95);
    summary.put("ci_low", interval.low());
    summary.put("ci_high", interval.high());
    return summary;
  }
}
