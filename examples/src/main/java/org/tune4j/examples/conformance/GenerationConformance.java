package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.tune4j.engine.generate.Generated;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.model.BoundModel;

/**
 * Whether greedy generation gives transformers' tokens exactly: the prompts together and each
 * alone, with an end token, and with a repetition penalty.
 */
final class GenerationConformance {
  private final JsonNode golden;
  private final Generator generator;
  private final List<int[]> prompts;
  private final String caseName;
  private final CheckSink sink;

  private GenerationConformance(
      JsonNode generation, BoundModel model, String caseName, CheckSink sink) {
    this.golden = generation;
    this.generator = new Generator(model);
    this.prompts = rows(generation.path("prompts"));
    this.caseName = caseName;
    this.sink = sink;
  }

  /**
   * Checks the generations of a model, if the golden has any.
   *
   * @param golden the content of {@code golden.json}
   */
  static void check(JsonNode golden, BoundModel model, String caseName, CheckSink sink) {
    if (golden.has("generation")) {
      GenerationConformance conformance =
          new GenerationConformance(golden.get("generation"), model, caseName, sink);
      conformance.checkTogetherAndAlone("greedy");
      conformance.checkTogetherAndAlone("greedy_eos");
      conformance.checkTogetherAndAlone("greedy_repetition_penalty");
    }
  }

  private void checkTogetherAndAlone(String check) {
    JsonNode wanted = golden.path(check);
    if (wanted.isMissingNode()) {
      return;
    }
    List<int[]> rows = rows(wanted.path("new_ids"));
    GenerationConfig config = config(wanted);
    sink.exact(caseName, check, differences(generator.generate(prompts, config), rows));
    for (int row = 0; row < prompts.size(); row++) {
      List<Generated> alone = generator.generate(prompts.subList(row, row + 1), config);
      long differences = differences(alone, rows.subList(row, row + 1));
      sink.exact(caseName, check + " of prompt " + row + " alone", differences);
    }
  }

  private GenerationConfig config(JsonNode wanted) {
    JsonNode end = wanted.path("eos_token_id");
    return GenerationConfig.builder()
        .maxNewTokens(golden.path("max_new_tokens").asInt())
        .endOfText(end.isInt() ? Set.of(end.asInt()) : Set.of())
        .repetitionPenalty(wanted.path("repetition_penalty").asDouble(1))
        .build();
  }

  /** Places that differ; a row that ended is filled with the padding token. */
  private long differences(List<Generated> found, List<int[]> wanted) {
    int padding = golden.path("pad_token_id").asInt();
    long count = 0;
    for (int row = 0; row < wanted.size(); row++) {
      int[] ids = found.get(row).newIds();
      int[] expected = wanted.get(row);
      int length = Math.max(ids.length, expected.length);
      int[] filled = Arrays.copyOf(ids, length);
      Arrays.fill(filled, ids.length, length, padding);
      for (int t = 0; t < length; t++) {
        count += t < expected.length && filled[t] == expected[t] ? 0 : 1;
      }
    }
    return count;
  }

  private static List<int[]> rows(JsonNode array) {
    List<int[]> rows = new ArrayList<>();
    for (JsonNode row : array) {
      int[] ids = new int[row.size()];
      Arrays.setAll(ids, t -> row.get(t).asInt());
      rows.add(ids);
    }
    return rows;
  }
}
