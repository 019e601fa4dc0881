package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.tune4j.eval.metric.Chrf;
import org.tune4j.eval.metric.Metric;
import org.tune4j.eval.metric.MetricRows;
import org.tune4j.eval.metric.Ter;
import org.tune4j.eval.text.TerTokenizer;

/** Topic chrf: chrF, chrF++ and TER of corpora, chrF and chrF++ of sentences. */
final class ChrfChecks {
  private ChrfChecks() {}

  static void check(EvalGolden golden) {
    for (Map.Entry<String, JsonNode> corpus : golden.json().path("corpus").properties()) {
      String name = corpus.getKey();
      String[] parts = name.split("/");
      TranslationRows texts = TranslationRows.of(golden, parts[0]);
      MetricRows rows =
          (parts[2].equals("one_reference") ? texts.oneReference() : texts).rows(metric(parts[1]));
      golden.near(name, rows.score(), corpus.getValue().path("score"));
      golden.same(
          name + " signature",
          TranslationRows.ofPeer(rows.signature()),
          corpus.getValue().path("signature").asText());
    }
    for (Map.Entry<String, JsonNode> sentences : golden.json().path("sentence").properties()) {
      String[] parts = sentences.getKey().split("/");
      golden.near(
          sentences.getKey() + " sentences",
          TranslationRows.of(golden, parts[0]).scoresOfEach(metric(parts[1])),
          sentences.getValue());
    }
  }

  private static Metric metric(String name) {
    return switch (name) {
      case "chrf" -> Chrf.DEFAULT;
      case "chrf++" -> Chrf.PLUS_PLUS;
      case "chrf_whitespace" -> new Chrf(6, 0, 2, false, true, false);
      case "chrf_eps" -> new Chrf(6, 0, 2, false, false, true);
      case "chrf++_lowercase" -> new Chrf(6, 2, 2, true, false, false);
      case "chrf_beta1" -> new Chrf(6, 0, 1, false, false, false);
      case "ter" -> new Ter(new TerTokenizer(false, false, false, false));
      case "ter_normalized" -> new Ter(new TerTokenizer(true, false, false, false));
      case "ter_asian" -> Ter.DEFAULT;
      default -> throw new IllegalArgumentException(name);
    };
  }
}
