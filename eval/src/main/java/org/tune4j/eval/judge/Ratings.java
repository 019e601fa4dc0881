package org.tune4j.eval.judge;

import java.util.List;
import java.util.Optional;
import org.tune4j.eval.result.Certainty;
import org.tune4j.eval.result.Figure;
import org.tune4j.eval.result.RowFigure;
import org.tune4j.eval.stats.RowStatistics;

/**
 * Answers and their grades.
 *
 * @param rows in their order
 * @param signature what the grades depend on besides the answers: judge and template
 */
public record Ratings(List<Rating> rows, String signature) {
  public Ratings {
    rows = List.copyOf(rows);
  }

  /** How many answers have no grade. */
  public int failures() {
    return (int) rows.stream().filter(row -> row.grade().isEmpty()).count();
  }

  /**
   * {@code judge_rating}, the mean grade of those that have one, and {@code judge_failure_rate},
   * the share of those that have none.
   */
  public List<Figure> figures(Certainty certainty) {
    double[] grades =
        rows.stream().map(Rating::grade).flatMap(Optional::stream).mapToDouble(g -> g).toArray();
    return List.of(
        grades.length == 0
            ? new Figure("judge_rating", Double.NaN, Optional.empty(), 0, true, signature)
            : certainty.measure(
                new RowFigure("judge_rating", true, signature, RowStatistics.mean(grades))),
        Failures.figure(rows.size(), failures(), signature, certainty));
  }
}
