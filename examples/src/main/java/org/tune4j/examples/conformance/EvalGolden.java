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
  void within(String check, double found, double wanted) {
    within(check, new double[] {found}, new double[] {wanted});
  }

  /** Compares value by value with the topic's absolute tolerance; other lengths differ. */
  void within(String check, double[] found, double[] wanted) {
    within(check, found, wanted, json.path("tolerance").path("abs").asDouble());
  }

  /** Compares value by value. */
  void within(String check, double[] found, double[] wanted, double tolerance) {
    double worst = found.length == wanted.length ? 0 : Double.POSITIVE_INFINITY;
    for (int i = 0; i < Math.min(found.length, wanted.length); i++) {
      double difference = Math.abs(found[i] - wanted[i]);
      worst = difference <= worst ? worst : difference; // NaN counts as worse
    }
    sink.report(name(), check, worst, tolerance, worst <= tolerance);
  }

  /** Compares exactly. */
  void same(String check, Object found, Object wanted) {
    sink.exact(name(), check, found.equals(wanted) ? 0 : 1);
  }

  static List<String> strings(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  static double[] doubles(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }
}
