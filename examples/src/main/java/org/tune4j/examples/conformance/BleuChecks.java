package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.eval.metric.Bleu;
import org.tune4j.eval.metric.Bleu.Smoothing;
import org.tune4j.eval.metric.MetricRows;
import org.tune4j.eval.text.BleuTokenizer;
import org.tune4j.eval.text.Whitespace;

/** Topic bleu: tokens, corpus scores with all that they are made of, and sentence scores. */
final class BleuChecks {
  private BleuChecks() {}

  static void check(EvalGolden golden) {
    tokens(golden);
    for (Map.Entry<String, JsonNode> corpus : golden.json().path("corpus").properties()) {
      corpus(golden, corpus.getKey(), corpus.getValue());
    }
    for (Map.Entry<String, JsonNode> sentences : golden.json().path("sentence").properties()) {
      sentences(golden, sentences.getKey(), sentences.getValue());
    }
  }

  private static void tokens(EvalGolden golden) {
    for (BleuTokenizer tokenizer : BleuTokenizer.values()) {
      int different = 0;
      for (JsonNode language : golden.json().path("tokens")) {
        for (JsonNode text : language) {
          List<String> wanted = Whitespace.split(text.path(tokenizer.label()).asText());
          different += tokenizer.tokens(text.path("text").asText()).equals(wanted) ? 0 : 1;
        }
      }
      golden.sink().exact(golden.name(), "tokens " + tokenizer.label(), different);
    }
  }

  /** The name is language/tokenizer/references, with what is not the default behind it. */
  private static void corpus(EvalGolden golden, String name, JsonNode wanted) {
    List<String> parts = List.of(name.split("/"));
    TranslationRows texts = TranslationRows.of(golden, parts.get(0));
    String option = parts.size() > 3 ? parts.get(3) : "";
    Bleu bleu =
        new Bleu(
            Optional.of(BleuTokenizer.named(parts.get(1))),
            option.equals("lowercase"),
            smoothing(option.startsWith("smooth_") ? option.substring(7) : "exp"),
            option.equals("order_2") ? 2 : 4,
            false);
    MetricRows rows =
        (parts.get(2).equals("one_reference") ? texts.oneReference() : texts).rows(bleu);
    double[] sums = rows.sums();
    golden.near(name + " score", rows.score(), wanted.path("score"));
    golden.near(name + " precisions", bleu.precisions(sums), wanted.path("precisions"));
    golden.near(name + " bp", Bleu.brevityPenalty(sums), wanted.path("bp"));
    golden.within(
        name + " lengths",
        Arrays.copyOf(sums, 2),
        new double[] {wanted.path("sys_len").asDouble(), wanted.path("ref_len").asDouble()});
    if (!option.startsWith("smooth_add-k")) { // there the peer gives counts with what it added
      int order = bleu.order();
      golden.near(name + " counts", Arrays.copyOfRange(sums, 2, 2 + order), wanted.path("counts"));
      golden.near(
          name + " totals",
          Arrays.copyOfRange(sums, 2 + order, 2 + 2 * order),
          wanted.path("totals"));
    }
    golden.same(
        name + " signature",
        TranslationRows.ofPeer(rows.signature()),
        wanted.path("signature").asText());
  }

  /** The name is language/tokenizer/order/smoothing. */
  private static void sentences(EvalGolden golden, String name, JsonNode wanted) {
    String[] parts = name.split("/");
    Bleu bleu =
        new Bleu(
            Optional.of(BleuTokenizer.named(parts[1])),
            false,
            smoothing(parts[3]),
            4,
            parts[2].equals("effective_order"));
    TranslationRows texts = TranslationRows.of(golden, parts[0]);
    golden.near(name + " scores", texts.scoresOfEach(bleu), wanted.path("scores"));
    golden.same(
        name + " signature",
        TranslationRows.ofPeer(texts.rows(bleu).signature()),
        wanted.path("signature").asText());
  }

  private static Smoothing smoothing(String name) {
    return switch (name) {
      case "exp" -> Smoothing.EXP;
      case "none" -> Smoothing.NONE;
      case "floor" -> Smoothing.floor(0.1);
      case "floor_0.5" -> Smoothing.floor(0.5);
      case "add-k" -> Smoothing.addK(1);
      case "add-k_0.3" -> Smoothing.addK(0.3);
      default -> throw new IllegalArgumentException(name);
    };
  }
}
