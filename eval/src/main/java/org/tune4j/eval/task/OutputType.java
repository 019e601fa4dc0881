package org.tune4j.eval.task;

import java.util.List;
import java.util.Locale;
import org.tune4j.eval.metric.Metric;
import org.tune4j.eval.metric.Metrics;

/** What a model is asked for: lm-evaluation-harness's {@code output_type}, and task heads. */
public enum OutputType {
  /** A text that goes on behind the prompt. */
  GENERATE_UNTIL(Metrics.all().stream().map(Metric::name).toList()),
  /** The most probable of some answers. */
  MULTIPLE_CHOICE(List.of("acc", "acc_norm")),
  /** How probable texts are. */
  LOGLIKELIHOOD_ROLLING(
      List.of("perplexity", "word_perplexity", "byte_perplexity", "bits_per_byte")),
  /** What a task head says of texts: a label, several, or a number. */
  CLASSIFICATION(
      List.of(
          "accuracy",
          "precision_macro",
          "recall_macro",
          "f1_micro",
          "f1_macro",
          "f1_weighted",
          "mcc",
          "roc_auc",
          "pr_auc",
          "log_loss",
          "brier",
          "ece",
          "aurc",
          "mse",
          "mae",
          "r2",
          "pearson",
          "spearman")),
  /** What a task head says of words. */
  TOKEN_CLASSIFICATION(List.of("accuracy", "precision", "recall", "f1", "f1_strict"));

  private final List<String> figures;

  OutputType(List<String> figures) {
    this.figures = figures;
  }

  /** Its name in a task file. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The names of the figures that its rows may have. */
  public List<String> figures() {
    return figures;
  }
}
