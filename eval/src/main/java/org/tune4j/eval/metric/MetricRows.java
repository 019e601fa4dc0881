package org.tune4j.eval.metric;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;

/**
 * Rows that a metric measures, added one by one. Kept are their statistics, not their texts.
 *
 * <p>Not for use by two threads at once.
 */
public final class MetricRows {
  private final Metric metric;
  private final List<double[]> statistics = new ArrayList<>();
  private final Set<Integer> referenceCounts = new HashSet<>();
  private final Set<String> tokenizers = new HashSet<>();

  /** No rows yet. */
  public MetricRows(Metric metric) {
    this.metric = metric;
  }

  /**
   * Rows at once.
   *
   * @param hypotheses what is measured
   * @param references for each hypothesis what was wanted
   * @throws DataException if these are not equally many, or a row cannot be measured
   */
  public static MetricRows of(
      Metric metric, List<String> hypotheses, List<List<String>> references) {
    if (hypotheses.size() != references.size()) {
      throw new DataException(
          "%s: %d hypotheses and references of %d; wanted equally many"
              .formatted(metric.name(), hypotheses.size(), references.size()));
    }
    MetricRows rows = new MetricRows(metric);
    for (int i = 0; i < hypotheses.size(); i++) {
      rows.add(hypotheses.get(i), references.get(i));
    }
    return rows;
  }

  /**
   * Adds a row.
   *
   * @param references what was wanted, any one of them being right
   * @throws DataException if the row cannot be measured; it says which row it is, from 1
   */
  public void add(String hypothesis, List<String> references) {
    try {
      statistics.add(metric.statistics(hypothesis, references));
    } catch (DataException e) {
      throw new DataException(
          metric.name() + ", row " + (statistics.size() + 1) + ": " + e.getMessage(), e);
    }
    referenceCounts.add(references.size());
    tokenizers.add(metric.tokenizer(references));
  }

  /** What measures them. */
  public Metric metric() {
    return metric;
  }

  /** The statistics of each row, in order: {@code [rows][statistics]}; not to be changed. */
  public List<double[]> statistics() {
    return List.copyOf(statistics);
  }

  /**
   * The score of all rows.
   *
   * @throws ConfigException if there is none
   */
  public double score() {
    return metric.score(sums());
  }

  /**
   * The sums of the statistics of all rows.
   *
   * @throws ConfigException if there is none
   */
  public double[] sums() {
    if (statistics.isEmpty()) {
      throw new ConfigException(metric.name() + ": there is no row to measure");
    }
    double[] sums = new double[statistics.get(0).length];
    for (double[] row : statistics) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += row[i];
      }
    }
    return sums;
  }

  /** All that the score depends on but the texts: two scores compare only if this is equal. */
  public String signature() {
    boolean equallyMany = referenceCounts.size() == 1;
    return metric.signature(
        equallyMany ? referenceCounts.iterator().next().toString() : "var", tokenizers);
  }
}
