package org.tune4j.eval.result;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.tune4j.engine.DataException;

/** Labelled texts as numbers: a label's id is its place among the names. */
public final class LabelRows {
  private final List<EvalRow.Label> rows;
  private final List<String> names;

  /**
   * Rows.
   *
   * @param rows at least one
   * @throws DataException if not all rows have the same labels, or one is given that is none of
   *     them
   */
  public LabelRows(List<EvalRow.Label> rows) {
    this.rows = List.copyOf(rows);
    this.names = List.copyOf(rows.get(0).probabilities().keySet());
    rows.forEach(this::check);
  }

  private void check(EvalRow.Label row) {
    if (!List.copyOf(row.probabilities().keySet()).equals(names)) {
      throw new DataException(
          "%s: labels are %s, wanted %s as in the first row"
              .formatted(row.where(), row.probabilities().keySet(), names));
    }
    for (List<String> labels : List.of(row.expected(), row.predicted())) {
      if (!names.containsAll(labels)) {
        throw new DataException("%s: label %s is none of %s".formatted(row.where(), labels, names));
      }
    }
  }

  /** The rows. */
  public List<EvalRow.Label> rows() {
    return rows;
  }

  /** The labels there are. */
  public List<String> names() {
    return names;
  }

  /** Probabilities of exclusive labels add up to 1; those of others say nothing of each other. */
  public boolean areExclusive() {
    return rows.stream()
        .allMatch(
            row ->
                row.expected().size() == 1
                    && row.predicted().size() == 1
                    && Math.abs(Arrays.stream(probabilities(row)).sum() - 1) < 0.01);
  }

  /** {@code [rows]}: the right one of exclusive labels. */
  public int[] gold() {
    return ids(row -> row.expected().get(0));
  }

  /** {@code [rows]}: the predicted one of exclusive labels. */
  public int[] predicted() {
    return ids(row -> row.predicted().get(0));
  }

  private int[] ids(Function<EvalRow.Label, String> label) {
    return rows.stream().map(label).mapToInt(names::indexOf).toArray();
  }

  /** {@code [rows, labels]}. */
  public double[][] probabilities() {
    return rows.stream().map(LabelRows::probabilities).toArray(double[][]::new);
  }

  private static double[] probabilities(EvalRow.Label row) {
    return row.probabilities().values().stream().mapToDouble(Double::doubleValue).toArray();
  }
}
