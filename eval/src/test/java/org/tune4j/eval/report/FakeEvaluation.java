package org.tune4j.eval.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.tune4j.eval.metric.Metric;
import org.tune4j.eval.metric.Metrics;
import org.tune4j.eval.result.Certainty;
import org.tune4j.eval.result.EvalResult;
import org.tune4j.eval.result.EvalRow;
import org.tune4j.eval.result.Figure;
import org.tune4j.eval.result.RowFigures;
import org.tune4j.eval.stats.Interval;
import org.tune4j.testdata.Language;
import org.tune4j.testdata.Reviews;
import org.tune4j.testdata.Reviews.Aspect;
import org.tune4j.testdata.Reviews.Sentiment;

/** Evaluations as they look from outside, of models that do not exist. */
final class FakeEvaluation {
  /** What breaks pages that do not escape. */
  static final String HOSTILE =
      "</p><script>alert('x')</script>\u0000\u001b[31m\ud83d \uffff ]]> \" ' & | ` \\ 中文 \ud83d\ude00";

  private FakeEvaluation() {}

  /** Reviews as positive or negative; the stronger a model, the more often it is right. */
  static EvalResult sentiment(String model, double strength, int rows) {
    List<EvalRow> made = new ArrayList<>();
    SplittableRandom texts = new SplittableRandom(1);
    SplittableRandom noise = new SplittableRandom(model.hashCode());
    for (int i = 0; i < rows; i++) {
      Sentiment sentiment = Sentiment.values()[texts.nextInt(2)];
      Language language = i % 3 == 2 ? Language.CHINESE : Language.ENGLISH;
      Aspect aspect = Aspect.values()[texts.nextInt(5)];
      String text = new Reviews().draw(language, sentiment, aspect, texts, false).text();
      double logit =
          strength * (sentiment == Sentiment.POSITIVE ? 1 : -1) + 4 * (noise.nextDouble() - 0.5);
      double positive = 1 / (1 + Math.exp(-1.7 * logit));
      made.add(label("sentiment.jsonl:" + (i + 1), text, sentiment, positive));
    }
    return measured("sentiment", model, made, List.of());
  }

  private static EvalRow label(String where, String text, Sentiment right, double positive) {
    Map<String, Double> probabilities = new LinkedHashMap<>();
    probabilities.put("negative", 1 - positive);
    probabilities.put("positive", positive);
    return new EvalRow.Label(
        where,
        text,
        List.of(right.word(Language.ENGLISH)),
        List.of(positive > 0.5 ? "positive" : "negative"),
        probabilities);
  }

  /** Texts that were written, some of them hostile. */
  static EvalResult translation(String model, List<String> outputs) {
    List<String> references =
        List.of(
            "The room was clean and the staff were friendly.",
            "Delivery took three days longer than promised.",
            "房间很干净，服务也很周到。",
            "I would buy it again.",
            "nothing");
    List<EvalRow> rows = new ArrayList<>();
    for (int i = 0; i < outputs.size(); i++) {
      rows.add(
          new EvalRow.Completion(
              "pairs.jsonl:" + (i + 1),
              "Translate: sentence " + (i + 1),
              List.of(references.get(i % references.size())),
              outputs.get(i)));
    }
    return measured(
        "translation",
        model,
        rows,
        List.of(Metrics.named("exact_match"), Metrics.named("bleu"), Metrics.named("chrf")));
  }

  static EvalResult measured(String task, String model, List<EvalRow> rows, List<Metric> metrics) {
    return new EvalResult(
        task,
        model,
        RowFigures.of(rows, metrics).stream().map(Certainty.DEFAULT::measure).toList(),
        rows);
  }

  /** What an attack finds: figures without rows. */
  static EvalResult attack(String model, double success) {
    return new EvalResult(
        "attack",
        model,
        List.of(
            new Figure(
                "attack_success_rate",
                success,
                Optional.of(new Interval(success - 0.04, success + 0.05, 0.95)),
                200,
                false,
                "pwws|seed:7"),
            Figure.of("queries", 63.5, 200, false),
            Figure.of("words_changed", 0.11, 200, false)),
        List.of());
  }
}
