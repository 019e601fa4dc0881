package org.tune4j.eval.result;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.statistics.inference.AlternativeHypothesis;
import org.tune4j.engine.DataException;
import org.tune4j.eval.stats.SeedSummary;
import org.tune4j.eval.stats.TwoSampleTests;

/**
 * A figure over several runs of the same recipe that differ in their seeds: what a recipe is worth,
 * where one run tells what one model is worth.
 *
 * @param task its task
 * @param name of the figure
 * @param higherIsBetter whether more of it is better
 * @param baseline over the runs of the first recipe
 * @param candidate over the runs of the second one; empty where one recipe is summed up
 * @param p of Welch's test of the two means; NaN where there is one recipe
 */
public record SeedComparison(
    String task,
    String name,
    boolean higherIsBetter,
    SeedSummary baseline,
    Optional<SeedSummary> candidate,
    double p) {
  /**
   * Sums up the figures that all runs have.
   *
   * @param baseline what each run of a recipe found: at least two
   * @param candidate the same of another recipe: at least two, or none
   * @throws DataException if a figure has less than two runs, or there is none that all have
   */
  public static List<SeedComparison> of(
      List<List<EvalResult>> baseline, List<List<EvalResult>> candidate) {
    List<SeedComparison> all = new ArrayList<>();
    for (EvalResult result : baseline.get(0)) {
      for (Figure figure : result.figures()) {
        List<Double> first = values(baseline, result.task(), figure.name());
        List<Double> second = values(candidate, result.task(), figure.name());
        if (first.size() == baseline.size() && second.size() == candidate.size()) {
          all.add(of(result.task(), figure, array(first), array(second)));
        }
      }
    }
    if (all.isEmpty()) {
      throw new DataException("seeds: there is no figure that all runs have");
    }
    return all;
  }

  private static SeedComparison of(String task, Figure figure, double[] first, double[] second) {
    boolean both = second.length > 0;
    return new SeedComparison(
        task,
        figure.name(),
        figure.higherIsBetter(),
        SeedSummary.of(first),
        both ? Optional.of(SeedSummary.of(second)) : Optional.empty(),
        both
            ? new TwoSampleTests(first, second).welch(AlternativeHypothesis.TWO_SIDED).p()
            : Double.NaN);
  }

  private static List<Double> values(List<List<EvalResult>> runs, String task, String name) {
    return runs.stream()
        .flatMap(run -> run.stream().filter(result -> result.task().equals(task)).limit(1))
        .flatMap(result -> result.figure(name).stream())
        .map(Figure::value)
        .filter(value -> !value.isNaN())
        .toList();
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
