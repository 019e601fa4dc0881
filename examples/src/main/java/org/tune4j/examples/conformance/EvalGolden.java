package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;

/** One topic of {@code goldens/eval}, and where its comparisons go. */
record EvalGolden(Path file, JsonNode json, CheckSink sink) {
  String name() {
    return json.path("case").asText();
  }

  /** The texts that topics are measured on, which lie beside them. */
  JsonNode texts(String group) {
    try {
      return new ObjectMapper().readTree(file.resolveSibling("texts.json").toFile()).path(group);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Compares with the topic's absolute tolerance. */
  void near(String check, double found, JsonNode wanted) {
    within(check, found, number(wanted));
  }

  /** Compares value by value with the topic's absolute tolerance; other lengths differ. */
  void near(String check, double[] found, JsonNode wanted) {
    within(check, found, doubles(wanted));
  }

  /** Compares with a tolerance that is a share of what is wanted. */
  void relative(String check, double found, JsonNode wanted, String toleranceKey) {
    double scale = Math.abs(number(wanted));
    within(
        check + " (relative)",
        new double[] {scale == 0 ? found : found / scale},
        new double[] {scale == 0 ? 0 : number(wanted) / scale},
        json.path("tolerance").path(toleranceKey).asDouble());
  }

  /** Compares with the topic's absolute tolerance. */
  void within(String check, double found, double wanted) {
    within(check, new double[] {found}, new double[] {wanted});
  }

  /** Compares value by value with the topic's absolute tolerance; other lengths differ. */
  void within(String check, double[] found, double[] wanted) {
    within(check, found, wanted, json.path("tolerance").path("abs").asDouble());
  }

  /** Compares value by value; NaN is near NaN alone, and infinity near itself. */
  void within(String check, double[] found, double[] wanted, double tolerance) {
    double worst = found.length == wanted.length ? 0 : Double.POSITIVE_INFINITY;
    for (int i = 0; i < Math.min(found.length, wanted.length); i++) {
      boolean same = Double.compare(found[i], wanted[i]) == 0;
      double difference = same ? 0 : Math.abs(found[i] - wanted[i]);
      worst = difference <= worst ? worst : difference; // NaN counts as worse
    }
    sink.report(name(), check, worst, tolerance, worst <= tolerance);
  }

  /** Compares exactly. */
  void same(String check, Object found, Object wanted) {
    sink.exact(name(), check, found.equals(wanted) ? 0 : 1);
  }

  /** A number; what JSON has none for stands there as text, and what is undefined as null. */
  static double number(JsonNode node) {
    return node.isNumber()
        ? node.asDouble()
        : node.isNull() ? Double.NaN : Double.parseDouble(node.asText());
  }

  static double[] doubles(JsonNode array) {
    return list(array).stream().mapToDouble(EvalGolden::number).toArray();
  }

  static double[][] rows(JsonNode array) {
    return list(array).stream().map(EvalGolden::doubles).toArray(double[][]::new);
  }

  static int[] ints(JsonNode array) {
    return list(array).stream().mapToInt(JsonNode::asInt).toArray();
  }

  static List<String> strings(JsonNode array) {
    return list(array).stream().map(JsonNode::asText).toList();
  }

  static List<JsonNode> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }
}
