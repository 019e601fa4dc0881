package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.DataException;
import org.tune4j.eval.metric.Rouge;
import org.tune4j.eval.text.PorterStemmer;
import org.tune4j.eval.text.RougeTokenizer;

/** Topic rouge: precision, recall and F1 of each row and their means; tokens, stems. */
final class RougeChecks {
  private RougeChecks() {}

  static void check(EvalGolden golden) {
    JsonNode json = golden.json();
    summaries(golden, "en", "stemmer", json.path("english"), RougeTokenizer.STEMS);
    summaries(golden, "en", "no_stemmer", json.path("english"), RougeTokenizer.WORDS);
    summaries(golden, "zh", "characters", json.path("chinese"), RougeTokenizer.CHARACTERS);
    summaries(golden, "zh", "default_tokenizer", json.path("chinese"), RougeTokenizer.WORDS);
    int different = 0;
    for (Map.Entry<String, JsonNode> stem : json.path("porter_stems").properties()) {
      different += PorterStemmer.stem(stem.getKey()).equals(stem.getValue().asText()) ? 0 : 1;
    }
    golden.sink().exact(golden.name(), "porter stems", different);
    different = 0;
    for (Map.Entry<String, JsonNode> text : json.path("tokens").properties()) {
      different += isCut(text.getKey(), RougeTokenizer.WORDS, text.getValue().path("plain"));
      different += isCut(text.getKey(), RougeTokenizer.STEMS, text.getValue().path("stemmed"));
    }
    golden.sink().exact(golden.name(), "tokens", different);
  }

  private static int isCut(String text, RougeTokenizer tokenizer, JsonNode wanted) {
    return tokenizer.tokens(text).equals(EvalGolden.strings(wanted)) ? 0 : 1;
  }

  private static void summaries(
      EvalGolden golden, String language, String way, JsonNode scores, RougeTokenizer tokenizer) {
    JsonNode texts = golden.texts("summaries_" + language);
    for (Rouge.Variant variant : Rouge.Variant.values()) {
      Rouge rouge = new Rouge(variant, Optional.of(tokenizer));
      double[] mean = new double[3];
      boolean whole = true;
      for (int i = 0; i < texts.size(); i++) {
        String check = String.join(" ", language, way, "row", Integer.toString(i), rouge.name());
        double[] wanted =
            EvalGolden.doubles(scores.path(way).path("rows").path(i).path(rouge.name()));
        String reference = texts.path(i).path("reference").asText();
        if (tokenizer.tokens(reference).isEmpty()) {
          golden.same(check + " refused", isRefused(rouge, reference), true);
          whole = false;
          continue;
        }
        Rouge.Agreement agreement =
            rouge.agreement(texts.path(i).path("candidate").asText(), List.of(reference));
        double[] found = {agreement.precision(), agreement.recall(), agreement.f1()};
        golden.within(check, found, wanted);
        for (int j = 0; j < mean.length; j++) {
          mean[j] += found[j] / texts.size();
        }
      }
      if (whole) {
        golden.within(
            String.join(" ", language, way, "mean", rouge.name()),
            mean,
            EvalGolden.doubles(scores.path(way).path("mean").path(rouge.name())));
      }
    }
  }

  /** The peer scores what has no token 0, or 1.0 where nothing but digits is left. */
  private static boolean isRefused(Rouge rouge, String reference) {
    try {
      rouge.agreement(reference, List.of(reference));
      return false;
    } catch (DataException e) {
      return true;
    }
  }
}
