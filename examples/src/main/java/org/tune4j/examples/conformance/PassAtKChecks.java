package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import org.tune4j.eval.metric.PassAtK;

/** Topic pass_at_k. */
final class PassAtKChecks {
  private PassAtKChecks() {}

  static void check(EvalGolden golden) {
    for (JsonNode row : golden.json().path("rows")) {
      int n = row.path("n").asInt();
      int c = row.path("c").asInt();
      int k = row.path("k").asInt();
      golden.near("n " + n + " c " + c + " k " + k, PassAtK.of(n, c, k), row.path("pass_at_k"));
    }
  }
}
