package org.tune4j.eval.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tune4j.eval.metric.Metric;
import org.tune4j.eval.report.Piece.Kind;
import org.tune4j.eval.result.EvalRow;

/** What a model made of a row, as a reader sees it. */
interface RowView {
  /**
   * How bad it is: 0 where it is right, and more the worse it is, within one task; NaN where that
   * cannot be said.
   */
  double fault();

  /** What was wanted; none where nothing was. */
  List<Piece> expected();

  /** What the model made of it. */
  List<Piece> output();

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

  /** A text, and a number that was said about it. */
  private static List<Piece> with(String text, double number) {
    List<Piece> pieces = new ArrayList<>(Excerpt.beginning(text).pieces());
    pieces.add(Piece.note(" " + Numbers.shorter(number)));
    return pieces;
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
    public List<Piece> expected() {
      return Excerpt.beginning(row.choices().get(row.expected())).pieces();
    }

    @Override
    public List<Piece> output() {
      return with(row.choices().get(best()), row.logLikelihoods().get(best()));
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
    public List<Piece> expected() {
      return Excerpt.beginning(String.join("\n", row.expected())).pieces();
    }

    @Override
    public List<Piece> output() {
      List<Piece> pieces = new ArrayList<>();
      for (String label : row.predicted()) {
        pieces.add(Piece.plain(pieces.isEmpty() ? "" : "\n"));
        pieces.addAll(with(label, row.probabilities().getOrDefault(label, Double.NaN)));
      }
      return pieces;
    }

    @Override
    public String note() {
      return "sure to " + Numbers.percent(fault());
    }
  }

  /** Words with their tags. */
  record TagsView(EvalRow.Tags row) implements RowView {
    private static final int MOST_WORDS = 200;

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
    public List<Piece> expected() {
      return tagged(row.expected(), row.predicted());
    }

    @Override
    public List<Piece> output() {
      return tagged(row.predicted(), row.expected());
    }

    /** Words that are outside of everything stand for themselves. */
    private List<Piece> tagged(List<String> tags, List<String> others) {
      String[] words = row.input().split(" ");
      List<Piece> pieces = new ArrayList<>();
      int shown = Math.min(MOST_WORDS, Math.min(tags.size(), words.length));
      for (int i = 0; i < shown; i++) {
        String tag = tags.get(i).equals("O") ? "" : "/" + tags.get(i);
        boolean same = tags.get(i).equals(others.get(i));
        pieces.add(
            new Piece(
                Excerpt.beginning(words[i] + tag).text(), same ? Kind.PLAIN : Kind.DIFFERENT));
        pieces.add(Piece.plain(" "));
      }
      if (shown < tags.size()) {
        pieces.add(Piece.note("… %s words more".formatted(Numbers.whole(tags.size() - shown))));
      }
      return pieces;
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
    public List<Piece> expected() {
      return List.of(Piece.plain(Numbers.shorter(row.expected())));
    }

    @Override
    public List<Piece> output() {
      return List.of(Piece.plain(Numbers.shorter(row.predicted())));
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
    public List<Piece> expected() {
      return List.of();
    }

    @Override
    public List<Piece> output() {
      String told =
          "%s nats, %s tokens".formatted(Numbers.shorter(row.loss()), Numbers.whole(row.tokens()));
      return List.of(Piece.plain(told));
    }

    @Override
    public String note() {
      return Numbers.shorter(fault()) + " nats a token";
    }
  }
}
