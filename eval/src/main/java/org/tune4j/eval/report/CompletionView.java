package org.tune4j.eval.report;

import java.util.Comparator;
import java.util.Optional;
import org.tune4j.eval.metric.Metric;
import org.tune4j.eval.result.EvalRow;

/** A text that was written, held against the reference that it is closest to, word by word. */
record CompletionView(EvalRow.Completion row, Optional<Metric> metric) implements RowView {
  /** A page compares with the first ones only; no reader would notice more. */
  private static final int MOST_REFERENCES = 8;

  /** How far its score is from that of a reference itself; without a metric, whether it is one. */
  @Override
  public double fault() {
    if (row.references().isEmpty()) {
      return Double.NaN;
    }
    String output = row.output().strip();
    if (row.references().stream().anyMatch(reference -> reference.strip().equals(output))) {
      return 0;
    }
    return metric
        .map(each -> Math.abs(each.value(row.references().get(0), row.references()) - score(each)))
        .orElse(1.0);
  }

  private double score(Metric each) {
    return each.value(row.output(), row.references());
  }

  @Override
  public String expected() {
    return diff().wantedHtml() + Excerpt.beginning(closest()).more();
  }

  @Override
  public String output() {
    return diff().gotHtml() + Excerpt.beginning(row.output()).more();
  }

  private WordDiff diff() {
    return diff(closest());
  }

  private WordDiff diff(String reference) {
    return new WordDiff(
        Excerpt.beginning(reference).text(), Excerpt.beginning(row.output()).text());
  }

  private String closest() {
    return row.references().stream()
        .limit(MOST_REFERENCES)
        .max(Comparator.comparingInt(reference -> diff(reference).common()))
        .orElse("");
  }

  @Override
  public String note() {
    return metric
        .filter(each -> !row.references().isEmpty())
        .map(each -> each.name() + " " + Numbers.shorter(score(each)))
        .orElse("");
  }
}
