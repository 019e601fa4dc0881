package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.eval.WindowedPerplexity;

/** Topic perplexity: a text in windows of several lengths and strides. */
final class PerplexityChecks {
  private PerplexityChecks() {}

  static void check(EvalGolden golden) {
    JsonNode json = golden.json();
    Path base = golden.file().resolveSibling(json.path("base").asText());
    int[] ids = EvalGolden.ints(json.path("input_ids"));
    try (CausalLm weights = CausalLm.load(base, DType.FLOAT32);
        BoundModel model = new BoundModel(weights, null, null)) {
      for (JsonNode run : json.path("runs")) {
        int length = run.path("max_length").asInt();
        int stride = run.path("stride").asInt();
        check(golden, run, new WindowedPerplexity(length, stride).measure(model, ids));
      }
    }
  }

  private static void check(EvalGolden golden, JsonNode run, WindowedPerplexity.Result result) {
    String check = "%s/%s ".formatted(run.path("max_length"), run.path("stride"));
    double nll = golden.json().path("tolerance").path("nll_abs").asDouble();
    JsonNode windows = run.path("windows");
    golden.same(check + "windows", result.windows().size(), windows.size());
    for (int i = 0; i < Math.min(windows.size(), result.windows().size()); i++) {
      WindowedPerplexity.Window found = result.windows().get(i);
      JsonNode wanted = windows.path(i);
      golden.same(
          check + "window " + i + " tokens",
          List.of(
              (long) found.begin(),
              (long) found.end(),
              (long) found.firstScored(),
              (long) found.loss().weight()),
          List.of(
              wanted.path("begin").asLong(),
              wanted.path("end").asLong(),
              wanted.path("first_scored_token").asLong(),
              wanted.path("scored_tokens").asLong()));
      golden.within(
          check + "window " + i + " nll",
          new double[] {found.loss().mean()},
          new double[] {wanted.path("mean_nll").asDouble()},
          nll);
    }
    golden.within(
        check + "mean nll",
        new double[] {result.loss().mean()},
        new double[] {run.path("mean_nll").asDouble()},
        nll);
    double perplexity = run.path("perplexity").asDouble();
    golden.within(
        check + "perplexity",
        new double[] {result.perplexity()},
        new double[] {perplexity},
        golden.json().path("tolerance").path("perplexity_rel").asDouble() * perplexity);
  }
}
