package org.tune4j.examples.conformance;

import static org.tune4j.examples.conformance.EvalGolden.list;
import static org.tune4j.examples.conformance.EvalGolden.strings;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.tune4j.eval.label.Average;
import org.tune4j.eval.label.EntityF1;
import org.tune4j.eval.label.EntitySpan;
import org.tune4j.eval.label.LabelScore;
import org.tune4j.eval.label.TagScheme;
import org.tune4j.eval.label.ZeroDivision;

/** Checks entity F1 against seqeval. */
final class NerChecks {
  private static final Map<String, TagScheme> SCHEMES =
      new TreeMap<>(Map.of("default", TagScheme.CONLL, "strict_iob2", TagScheme.IOB2));

  private final EvalGolden golden;
  private final List<JsonNode> rows;

  private NerChecks(EvalGolden golden) {
    this.golden = golden;
    this.rows = list(golden.json().get("rows"));
  }

  static void check(EvalGolden golden) {
    NerChecks checks = new NerChecks(golden);
    SCHEMES.forEach(checks::scores);
    golden
        .json()
        .get("entities")
        .fields()
        .forEachRemaining(each -> checks.entities(each.getKey(), each.getValue()));
  }

  private void scores(String name, TagScheme scheme) {
    EntityF1 metric = new EntityF1(scheme);
    for (JsonNode row : rows) {
      metric.add(strings(row.get("gold")), strings(row.get("pred")));
    }
    JsonNode wanted = golden.json().get("scores").get(name);
    LabelScore micro = metric.score(Average.MICRO, ZeroDivision.ZERO);
    golden.near(name + " precision", micro.precision(), wanted.get("precision"));
    golden.near(name + " recall", micro.recall(), wanted.get("recall"));
    golden.near(name + " f1_micro", micro.f1(), wanted.get("f1_micro"));
    golden.near(
        name + " f1_macro",
        metric.score(Average.MACRO, ZeroDivision.ZERO).f1(),
        wanted.get("f1_macro"));
    golden.near(
        name + " f1_weighted",
        metric.score(Average.WEIGHTED, ZeroDivision.ZERO).f1(),
        wanted.get("f1_weighted"));
    Map<String, LabelScore> report = new TreeMap<>(metric.each(ZeroDivision.ZERO));
    for (Average average : Average.values()) {
      report.put(
          average.name().toLowerCase(Locale.ROOT) + " avg",
          metric.score(average, ZeroDivision.ZERO));
    }
    compare(name, report, wanted.get("report"));
    golden.near(
        "accuracy_per_token", metric.tokenAccuracy(), golden.json().get("accuracy_per_token"));
  }

  private void compare(String name, Map<String, LabelScore> report, JsonNode wanted) {
    golden.same(name + " report: rows", report.size(), wanted.size());
    report.forEach(
        (line, score) -> {
          JsonNode row = wanted.path(line);
          String check = name + " report: " + line;
          golden.near(check + " precision", score.precision(), row.path("precision"));
          golden.near(check + " recall", score.recall(), row.path("recall"));
          golden.near(check + " f1-score", score.f1(), row.path("f1-score"));
          golden.near(check + " support", score.support(), row.path("support"));
        });
  }

  /** The key names the scheme, and whether a span's end is its last token or the one after it. */
  private void entities(String key, JsonNode wanted) {
    TagScheme scheme = SCHEMES.get(key.split(" ")[0]);
    int past = key.contains("inclusive") ? 1 : 0;
    for (String side : List.of("gold", "pred")) {
      List<List<EntitySpan>> found =
          rows.stream().map(row -> scheme.entities(strings(row.get(side)))).toList();
      List<List<EntitySpan>> spans =
          list(wanted.get(side)).stream()
              .map(text -> list(text).stream().map(span -> span(span, past)).toList())
              .toList();
      golden.same(key.split(" ")[0] + " entities: " + side, found, spans);
    }
  }

  private static EntitySpan span(JsonNode span, int past) {
    return new EntitySpan(span.get(0).asText(), span.get(1).asInt(), span.get(2).asInt() + past);
  }
}
