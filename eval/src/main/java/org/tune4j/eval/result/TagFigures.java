package org.tune4j.eval.result;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.tune4j.eval.Inputs;
import org.tune4j.eval.label.Average;
import org.tune4j.eval.label.EntityF1;
import org.tune4j.eval.label.LabelCounts;
import org.tune4j.eval.label.LabelScore;
import org.tune4j.eval.label.TagScheme;
import org.tune4j.eval.stats.RowStatistics;

/**
 * The figures of labelled words: the share of words whose label is right and, where labels are tags
 * {@code B-X} and {@code I-X}, precision, recall and F1 of entities as seqeval has them by default,
 * and {@code f1_strict} as it has them in strict mode.
 */
final class TagFigures {
  private TagFigures() {}

  static List<RowFigure> of(List<EvalRow.Tags> rows) {
    List<RowFigure> figures = new ArrayList<>();
    figures.add(accuracy(rows));
    List<List<String>> expected = rows.stream().map(EvalRow.Tags::expected).toList();
    List<List<String>> predicted = rows.stream().map(EvalRow.Tags::predicted).toList();
    if (areTags(expected) && areTags(predicted)) {
      List<LabelCounts> texts = EntityF1.texts(TagScheme.CONLL, expected, predicted);
      add("precision", texts, LabelScore::precision, figures);
      add("recall", texts, LabelScore::recall, figures);
      add("f1", texts, LabelScore::f1, figures);
      List<LabelCounts> strict = EntityF1.texts(TagScheme.IOB2, expected, predicted);
      add("f1_strict", strict, LabelScore::f1, figures);
    }
    return figures;
  }

  private static RowFigure accuracy(List<EvalRow.Tags> rows) {
    double[][] statistics = new double[rows.size()][];
    for (int i = 0; i < statistics.length; i++) {
      EvalRow.Tags row = rows.get(i);
      Inputs.sameLength(row.where() + ": tags", row.expected().size(), row.predicted().size());
      int right = 0;
      for (int word = 0; word < row.expected().size(); word++) {
        right += row.expected().get(word).equals(row.predicted().get(word)) ? 1 : 0;
      }
      statistics[i] = new double[] {right, row.expected().size()};
    }
    return RowFigure.of("accuracy", true, RowStatistics.of(statistics, sum -> sum[0] / sum[1]));
  }

  private static boolean areTags(List<List<String>> texts) {
    return texts.stream().flatMap(List::stream).allMatch(tag -> tag.matches("O|[BI]-.+"));
  }

  /** Where no text has an entity, and none was seen in one, there is nothing to measure. */
  private static void add(
      String name,
      List<LabelCounts> texts,
      ToDoubleFunction<LabelScore> score,
      List<RowFigure> figures) {
    if (!texts.isEmpty()) {
      figures.add(
          RowFigure.of(
              name,
              true,
              LabelCounts.rows(texts, counts -> score.applyAsDouble(counts.score(Average.MICRO)))));
    }
  }
}
