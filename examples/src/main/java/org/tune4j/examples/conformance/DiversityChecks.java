package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.eval.metric.Bleu;
import org.tune4j.eval.metric.Diversity;

/** Topic diversity: distinct-n of texts together and alone, self-BLEU as two peers have it. */
final class DiversityChecks {
  private DiversityChecks() {}

  static void check(EvalGolden golden) {
    for (String language : List.of("en", "zh")) {
      JsonNode json = golden.json().path(language);
      List<List<String>> tokens =
          EvalGolden.list(json.path("tokens")).stream().map(EvalGolden::strings).toList();
      for (Map.Entry<String, JsonNode> distinct : json.path("distinct").properties()) {
        int n = Integer.parseInt(distinct.getKey());
        String check = language + " distinct-" + n;
        golden.near(check, Diversity.distinct(tokens, n), distinct.getValue().path("corpus"));
        golden.near(
            check + " per text",
            tokens.stream()
                .mapToDouble(text -> Diversity.distinct(List.of(text), n))
                .average()
                .orElseThrow(),
            distinct.getValue().path("mean_per_text"));
      }
      List<String> texts = EvalGolden.strings(json.path("texts"));
      selfBleu(
          golden,
          language + " self-BLEU ",
          Diversity.selfBleu(texts, Bleu.DEFAULT.withEffectiveOrder()),
          json.path("self_bleu_sacrebleu"));
      // the peer takes the tokens as they are given, and shares instead of percentages
      Bleu nltk = new Bleu(Optional.empty(), false, Bleu.Smoothing.floor(0.1), 4, false);
      double[] scores = Diversity.selfBleu(texts, nltk);
      selfBleu(
          golden,
          language + " self-BLEU by nltk ",
          Arrays.stream(scores).map(score -> score / 100).toArray(),
          json.path("self_bleu_nltk"));
    }
  }

  private static void selfBleu(EvalGolden golden, String check, double[] found, JsonNode wanted) {
    golden.near(check + "per text", found, wanted.path("per_text"));
    golden.near(check + "mean", Arrays.stream(found).average().orElseThrow(), wanted.path("mean"));
  }
}
