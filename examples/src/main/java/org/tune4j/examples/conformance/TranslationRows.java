package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.tune4j.eval.metric.Metric;
import org.tune4j.eval.metric.MetricRows;

/** Translations of a language with their references, as the topics bleu and chrf score them. */
record TranslationRows(List<String> hypotheses, List<List<String>> references) {
  static TranslationRows of(EvalGolden golden, String language) {
    List<String> hypotheses = new ArrayList<>();
    List<List<String>> references = new ArrayList<>();
    for (JsonNode row : golden.texts("translation_" + language)) {
      hypotheses.add(row.path("hypothesis").asText());
      references.add(EvalGolden.strings(row.path("references")));
    }
    return new TranslationRows(hypotheses, references);
  }

  /** The same with the first reference of each alone. */
  TranslationRows oneReference() {
    return new TranslationRows(
        hypotheses, references.stream().map(all -> all.subList(0, 1)).toList());
  }

  MetricRows rows(Metric metric) {
    return MetricRows.of(metric, hypotheses, references);
  }

  double[] scoresOfEach(Metric metric) {
    double[] scores = new double[hypotheses.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = metric.score(metric.statistics(hypotheses.get(i), references.get(i)));
    }
    return scores;
  }

  /** A signature as the peer writes it, which is of the version that tune4j computes. */
  static String ofPeer(String signature) {
    return signature.replace("+tune4j", "");
  }
}
