package org.tune4j.eval.report;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tune4j.eval.metric.Metric;
import org.tune4j.eval.result.EvalRow;

/** What a model made of a row, as a reader sees it. */
interface RowView {
  /**
   * How bad it is: 0 where it is right, and more the worse it is, within one task; NaN where that
   * cannot be said.
   */
  double fault();

  /** What was wanted, as HTML; empty where nothing was. */
  String expected();

  /** What the model made of it, as HTML. */
  String output();

  /** How bad it is, in words. */
  String note();

  /**
   * The view of a row.
   *
   * @param metric that texts are measured by, if any
   */
  static RowView of(EvalRow row, Optional<Metric> metric) {
    if (row instanceof EvalRow.Completion completion) {
      return new CompletionView(completion, metric);
    }
    if (row instanceof EvalRow.Choice choice) {
      return new ChoiceView(choice);
    }
    if (row instanceof EvalRow.Label label) {
      return new LabelView(label);
    }
    if (row instanceof EvalRow.Tags tags) {
      return new TagsView(tags);
    }
    if (row instanceof EvalRow.Value value) {
      return new ValueView(value);
    }
    return new LossView((EvalRow.TextLoss) row);
  }

  /** The fault of what is wrong, though it be by nothing. */
  private static double wrong(double fault) {
    return Math.max(Double.MIN_VALUE, fault);
  }

  private static String excerpt(String text) {
    Excerpt shown = Excerpt.beginning(text);
    return Html.escape(shown.text()) + shown.more();
  }

  /** A choice; what was wanted is the right one. */
  record ChoiceView(EvalRow.Choice row) implements RowView {
    private int best() {
      return IntStream.range(0, row.choices().size())
          .reduce((a, b) -> row.logLikelihoods().get(b) > row.logLikelihoods().get(a) ? b : a)
          .orElseThrow();
    }

    /** By how much a wrong answer is likelier than the right one, in nats. */
    @Override
    public double fault() {
      return best() == row.expected()
          ? 0
          : wrong(row.logLikelihoods().get(best()) - row.logLikelihoods().get(row.expected()));
    }

    @Override
    public String expected() {
      return answer(row.expected());
    }

    @Override
    public String output() {
      return answer(best());
    }

    private String answer(int choice) {
      return excerpt(row.choices().get(choice))
          + " <i>%s</i>".formatted(Numbers.shorter(row.logLikelihoods().get(choice)));
    }

    @Override
    public String note() {
      return "log-likelihood " + Numbers.shorter(fault()) + " apart";
    }
  }

  /** Labels with their probabilities. */
  record LabelView(EvalRow.Label row) implements RowView {
    /** How sure the model was of what is wrong: of a label it gave, or against one it did not. */
    @Override
    public double fault() {
      return row.isRight()
          ? 0
          : wrong(
              row.probabilities().entrySet().stream()
                  .filter(entry -> isGiven(entry) != row.expected().contains(entry.getKey()))
                  .mapToDouble(entry -> isGiven(entry) ? entry.getValue() : 1 - entry.getValue())
                  .max()
                  .orElse(1));
    }

    private boolean isGiven(Map.Entry<String, Double> label) {
      return row.predicted().contains(label.getKey());
    }

    @Override
    public String expected() {
      return labels(row.expected());
    }

    @Override
    public String output() {
      return labels(row.predicted());
    }

    private String labels(List<String> labels) {
      return labels.stream()
          .map(
              label ->
                  "%s <i>%s</i>"
                      .formatted(
                          excerpt(label),
                          Numbers.shorter(row.probabilities().getOrDefault(label, Double.NaN))))
          .collect(Collectors.joining("\n"));
    }

    @Override
    public String note() {
      return "sure to " + Numbers.percent(fault());
    }
  }

  /** Words with their tags. */
  record TagsView(EvalRow.Tags row) implements RowView {
    /** The share of words whose tag is wrong. */
    @Override
    public double fault() {
      return (double) wrong() / Math.max(1, row.expected().size());
    }

    private long wrong() {
      return IntStream.range(0, row.expected().size())
          .filter(word -> !row.expected().get(word).equals(row.predicted().get(word)))
          .count();
    }

    @Override
    public String expected() {
      return tagged(row.expected(), row.predicted(), "del");
    }

    @Override
    public String output() {
      return tagged(row.predicted(), row.expected(), "ins");
    }

    /** Words that are outside of everything stand for themselves. */
    private String tagged(List<String> tags, List<String> others, String element) {
      String[] words = row.input().split(" ");
      StringBuilder html = new StringBuilder();
      int room = 0;
      for (int i = 0; i < Math.min(tags.size(), words.length); i++) {
        room += words[i].length() + tags.get(i).length();
        if (room > 1500) {
          return html.append("<i>… and more words</i>").toString();
        }
        String tag = tags.get(i).equals("O") ? "" : "/" + tags.get(i);
        String text = Html.escape(words[i] + tag);
        boolean same = tags.get(i).equals(others.get(i));
        html.append(same ? text : "<%s>%s</%s>".formatted(element, text, element)).append(' ');
      }
      return html.toString();
    }

    @Override
    public String note() {
      return "%s of %s words wrong"
          .formatted(Numbers.whole(wrong()), Numbers.whole(row.expected().size()));
    }
  }

  /** A number. */
  record ValueView(EvalRow.Value row) implements RowView {
    @Override
    public double fault() {
      return Math.abs(row.expected() - row.predicted());
    }

    @Override
    public String expected() {
      return Numbers.shorter(row.expected());
    }

    @Override
    public String output() {
      return Numbers.shorter(row.predicted());
    }

    @Override
    public String note() {
      return Numbers.shorter(fault()) + " apart";
    }
  }

  /** A text's loss. */
  record LossView(EvalRow.TextLoss row) implements RowView {
    /** Nats a token. */
    @Override
    public double fault() {
      return row.loss() / Math.max(1, row.tokens());
    }

    @Override
    public String expected() {
      return "";
    }

    @Override
    public String output() {
      return "%s nats, %s tokens"
          .formatted(Numbers.shorter(row.loss()), Numbers.whole(row.tokens()));
    }

    @Override
    public String note() {
      return Numbers.shorter(fault()) + " nats a token";
    }
  }
}
