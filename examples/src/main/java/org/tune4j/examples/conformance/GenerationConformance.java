package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.tune4j.engine.generate.Beam;
import org.tune4j.engine.generate.BeamConfig;
import org.tune4j.engine.generate.BeamSearch;
import org.tune4j.engine.generate.Generated;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.model.BoundModel;

/**
 * Whether greedy generation gives transformers' tokens exactly: the prompts together and each
 * alone, with an end token, and with a repetition penalty.
 */
final class GenerationConformance {
  private static final double SCORES = 1e-4;
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
      conformance.checkBeams(model);
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

  private void checkBeams(BoundModel model) {
    golden
        .path("beam")
        .fields()
        .forEachRemaining(each -> checkBeams("beam " + each.getKey(), each.getValue(), model));
  }

  private void checkBeams(String check, JsonNode wanted, BoundModel model) {
    BeamConfig config =
        new BeamConfig(
            golden.path("max_new_tokens").asInt(),
            wanted.path("num_beams").asInt(),
            wanted.path("num_return_sequences").asInt(),
            wanted.path("length_penalty").asDouble(),
            BeamConfig.EarlyStopping.valueOf(
                wanted.path("early_stopping").asText().toUpperCase(Locale.ROOT)),
            Optional.of(
                wanted.hasNonNull("eos_token_id")
                    ? Set.of(wanted.path("eos_token_id").asInt())
                    : Set.of()));
    List<List<Beam>> found = new BeamSearch(model).search(prompts, config);
    // transformers takes a padding token of 0 for none, and fills with the end token then.
    int filler = padding() == 0 ? wanted.path("eos_token_id").asInt() : padding();
    long differences = 0;
    double worst = 0;
    for (int prompt = 0; prompt < prompts.size(); prompt++) {
      List<int[]> rows = rows(wanted.path("new_ids").path(prompt));
      for (int beam = 0; beam < rows.size(); beam++) {
        Beam ours = found.get(prompt).get(beam);
        differences += differences(ours.newIds(), rows.get(beam), filler);
        double score = wanted.path("scores").path(prompt).path(beam).asDouble();
        worst = Math.max(worst, Math.abs(ours.score() - score));
      }
    }
    sink.exact(caseName, check, differences);
    sink.report(caseName, check + ", scores", worst, SCORES, worst <= SCORES);
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
    long count = 0;
    for (int row = 0; row < wanted.size(); row++) {
      count += differences(found.get(row).newIds(), wanted.get(row), padding());
    }
    return count;
  }

  private int padding() {
    return golden.path("pad_token_id").asInt();
  }

  private static long differences(int[] ids, int[] expected, int padding) {
    int length = Math.max(ids.length, expected.length);
    int[] filled = Arrays.copyOf(ids, length);
    Arrays.fill(filled, ids.length, length, padding);
    return IntStream.range(0, length)
        .filter(t -> t >= expected.length || filled[t] != expected[t])
        .count();
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
