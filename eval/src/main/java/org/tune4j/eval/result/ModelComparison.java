package org.tune4j.eval.result;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.tune4j.engine.DataException;
import org.tune4j.eval.metric.Metric;
import org.tune4j.eval.metric.Metrics;
import org.tune4j.eval.stats.ApproximateRandomisation;
import org.tune4j.eval.stats.Bootstrap;
import org.tune4j.eval.stats.McNemar;
import org.tune4j.eval.stats.Resampling;
import org.tune4j.eval.stats.RowStatistics;
import org.tune4j.eval.stats.SampleSize;

/** Compares what two models made of the same rows of the same tasks. */
public final class ModelComparison {
  private static final int TRIALS = 10_000;
  private static final SampleSize SIZE = new SampleSize(0.05, 0.8);

  /** Quantiles of the normal distribution at 5 % significance, two-sided, and 80 % power. */
  private static final double QUANTILES = 1.959964 + 0.841621;

  private final Certainty certainty;

  /** A comparison with intervals of this kind. */
  public ModelComparison(Certainty certainty) {
    this.certainty = certainty;
  }

  /**
   * Compares every figure that both have, in the baseline's order.
   *
   * @throws DataException if they have no task in common, or a task's rows differ
   */
  public List<FigureComparison> compare(List<EvalResult> baseline, List<EvalResult> candidate) {
    List<FigureComparison> all = new ArrayList<>();
    for (EvalResult first : baseline) {
      candidate.stream()
          .filter(second -> second.task().equals(first.task()))
          .findFirst()
          .ifPresent(second -> all.addAll(compare(first, second)));
    }
    if (all.isEmpty()) {
      throw new DataException(
          "comparison: no task with rows and no figure in common: found %s and %s"
              .formatted(tasks(baseline), tasks(candidate)));
    }
    return all;
  }

  private static List<String> tasks(List<EvalResult> results) {
    return results.stream()
        .map(result -> "%s (%d rows)".formatted(result.task(), result.rows().size()))
        .toList();
  }

  private List<FigureComparison> compare(EvalResult first, EvalResult second) {
    checkRows(first, second);
    List<FigureComparison> all = new ArrayList<>();
    List<RowFigure> seconds = figures(second);
    for (RowFigure figure : figures(first)) {
      seconds.stream()
          .filter(each -> each.name().equals(figure.name()))
          .filter(each -> each.signature().equals(figure.signature()))
          .findFirst()
          .ifPresent(other -> all.add(compare(first.task(), figure, other)));
    }
    return all;
  }

  /** Which rows these were is told by where they stand and what the model was given. */
  private static void checkRows(EvalResult first, EvalResult second) {
    if (first.rows().size() != second.rows().size()) {
      throw new DataException(
          "%s: %d rows of %s and %d of %s; wanted the same rows"
              .formatted(
                  first.task(),
                  first.rows().size(),
                  first.model(),
                  second.rows().size(),
                  second.model()));
    }
    for (int i = 0; i < first.rows().size(); i++) {
      EvalRow one = first.rows().get(i);
      EvalRow other = second.rows().get(i);
      if (!one.input().equals(other.input())) {
        throw new DataException(
            "%s: row %d is another one: %s and %s; wanted the same rows in the same order"
                .formatted(first.task(), i + 1, one.where(), other.where()));
      }
    }
  }

  /** The figures that were written, computed of the rows again. */
  private static List<RowFigure> figures(EvalResult result) {
    if (result.rows().isEmpty()) {
      return List.of();
    }
    List<String> names = result.figures().stream().map(Figure::name).toList();
    List<Metric> metrics =
        Metrics.all().stream().filter(metric -> names.contains(metric.name())).toList();
    return RowFigures.of(result.rows(), metrics).stream()
        .filter(figure -> names.contains(figure.name()))
        .sorted(Comparator.comparingInt(figure -> names.indexOf(figure.name())))
        .toList();
  }

  /**
   * Compares a figure of two models.
   *
   * @param task what it is a figure of
   * @param first of the baseline
   * @param second of the candidate: the same figure, of the same rows in the same order
   * @throws DataException if there are not as many rows
   */
  public FigureComparison compare(String task, RowFigure first, RowFigure second) {
    RowStatistics baseline = first.statistics();
    RowStatistics candidate = second.statistics();
    FigureComparison plain =
        new FigureComparison(
            task,
            first.name(),
            first.value(),
            second.value(),
            first.higherIsBetter(),
            Optional.empty(),
            Double.NaN,
            "",
            baseline.rows(),
            OptionalLong.empty());
    if (Double.isNaN(plain.difference())) {
      return plain;
    }
    try {
      Bootstrap bootstrap =
          Bootstrap.of(
              candidate.minus(baseline),
              Resampling.seeded(certainty.resamples(), certainty.seed()));
      boolean shares = first.isShare() && second.isShare();
      boolean randomised = baseline.areExchangeable() && candidate.areExchangeable();
      McNemar mcNemar = shares ? McNemar.of(right(first), right(second)) : null;
      return new FigureComparison(
          task,
          first.name(),
          plain.baseline(),
          plain.candidate(),
          first.higherIsBetter(),
          Optional.of(bootstrap.percentile(certainty.level())),
          shares ? mcNemar.exact().p() : randomised ? p(baseline, candidate) : Double.NaN,
          shares ? "McNemar" : randomised ? "randomisation" : "",
          baseline.rows(),
          needed(plain, bootstrap, mcNemar));
    } catch (DataException e) {
      // Some resamples have no value: the difference is shown, and nothing is said of its sureness.
      return plain;
    }
  }

  private double p(RowStatistics baseline, RowStatistics candidate) {
    return ApproximateRandomisation.test(baseline, candidate, TRIALS, certainty.seed()).p();
  }

  private static boolean[] right(RowFigure share) {
    double[] values = share.values();
    boolean[] right = new boolean[values.length];
    for (int row = 0; row < right.length; row++) {
      right[row] = values[row] == 1;
    }
    return right;
  }

  /**
   * Of shares by McNemar's test; of all else the standard error falls with the root of the rows.
   */
  private static OptionalLong needed(FigureComparison found, Bootstrap bootstrap, McNemar mcNemar) {
    if (found.difference() == 0) {
      return OptionalLong.empty();
    }
    if (mcNemar != null) {
      double rows = found.rows();
      return OptionalLong.of(SIZE.mcNemar(mcNemar.onlyFirst() / rows, mcNemar.onlySecond() / rows));
    }
    double ratio = QUANTILES * bootstrap.standardError() / found.difference();
    return OptionalLong.of((long) Math.ceil(found.rows() * ratio * ratio));
  }
}
