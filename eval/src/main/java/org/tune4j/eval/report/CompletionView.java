package org.tune4j.eval.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.tune4j.eval.metric.Metric;
import org.tune4j.eval.result.EvalRow;

/** A text that was written, held against the reference that it is closest to, word by word. */
final class CompletionView implements RowView {
  /** A page compares with the first ones only; no reader would notice more. */
  private static final int MOST_REFERENCES = 8;

  private final EvalRow.Completion row;
  private final Optional<Metric> metric;

  /** Of the metric, where it can be measured; a long text takes its time, so it is kept. */
  private final double score;

  CompletionView(EvalRow.Completion row, Optional<Metric> metric) {
    this.row = row;
    this.metric = metric.filter(each -> !row.references().isEmpty());
    this.score =
        this.metric.map(each -> each.value(row.output(), row.references())).orElse(Double.NaN);
  }

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
        .map(each -> Math.abs(each.value(row.references().get(0), row.references()) - score))
        .orElse(1.0);
  }

  @Override
  public List<Piece> expected() {
    String closest = closest();
    return with(diff(closest).wanted(), closest);
  }

  @Override
  public List<Piece> output() {
    return with(diff(closest()).got(), row.output());
  }

  private static List<Piece> with(List<Piece> shown, String text) {
    List<Piece> pieces = new ArrayList<>(shown);
    pieces.add(Excerpt.beginning(text).more());
    return pieces;
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
    return metric.map(each -> each.name() + " " + Numbers.shorter(score)).orElse("");
  }
}
