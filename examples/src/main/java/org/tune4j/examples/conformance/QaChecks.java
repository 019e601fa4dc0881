package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.tune4j.eval.metric.MetricRows;
import org.tune4j.eval.metric.QuasiExactMatch;
import org.tune4j.eval.metric.TokenF1;
import org.tune4j.eval.text.AnswerText;

/** Topic qa: exact match and F1 of each answer, and their means in per cent. */
final class QaChecks {
  private QaChecks() {}

  static void check(EvalGolden golden) {
    for (String language : List.of("english", "chinese")) {
      MetricRows exact = new MetricRows(new QuasiExactMatch());
      MetricRows f1 = new MetricRows(new TokenF1());
      for (JsonNode row : golden.json().path(language)) {
        String answer = row.path("prediction").asText();
        List<String> wanted = EvalGolden.strings(row.path("answers"));
        String check = language + " \"" + answer + "\" ";
        exact.add(answer, wanted);
        f1.add(answer, wanted);
        golden.near(check + "exact_match", last(exact), row.path("exact_match"));
        golden.near(check + "f1", last(f1), row.path("f1"));
        if (row.has("normalized_prediction")) {
          golden.same(
              check + "normalized",
              String.join(" ", AnswerText.tokens(answer, false)),
              row.path("normalized_prediction").asText());
        }
      }
      JsonNode mean = golden.json().path("mean_percent").path(language);
      golden.near(language + " exact_match", 100 * exact.score(), mean.path("exact_match"));
      golden.near(language + " f1", 100 * f1.score(), mean.path("f1"));
    }
  }

  private static double last(MetricRows rows) {
    return rows.statistics().get(rows.statistics().size() - 1)[0];
  }
}
