package org.tune4j.lora.algebra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What PEFT's {@code add_weighted_adapter} made of the same adapters. */
class CombinationGoldenTest {
  private static final double FLOAT = 3e-6;

  @TempDir Path parent;

  private static Path folder() {
    try {
      return Path.of(CombinationGoldenTest.class.getResource("combinations").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static Stream<JsonNode> cases() throws IOException {
    JsonNode facts = new ObjectMapper().readTree(folder().resolve("cases.json").toFile());
    return StreamSupport.stream(facts.get("cases").spliterator(), false);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theUpdatesArePefts(JsonNode each) {
    Path ours = parent.resolve("combined");
    CombinationReport report = AdapterCombination.write(adapters(each), config(each), ours);
    Map<String, double[]> found = Updates.of(ours);
    Map<String, double[]> wanted =
        Updates.of(folder().resolve("cases").resolve(each.get("name").textValue()));
    assertThat(found.keySet()).isEqualTo(wanted.keySet());
    wanted.forEach(
        (module, update) -> {
          assertThat(Updates.norm(update)).as(module).isPositive();
          assertThat(Updates.distance(found.get(module), update) / Updates.norm(update))
              .as(module)
              .isLessThan(FLOAT);
        });
    assertReported(report, found, exact(each));
  }

  /** The report is held to sums that are multiplied out. */
  private static void assertReported(
      CombinationReport report, Map<String, double[]> found, Map<String, double[]> exact) {
    assertThat(report.sites().stream().map(CombinationReport.Site::module))
        .containsExactlyElementsOf(exact.keySet());
    for (CombinationReport.Site site : report.sites()) {
      double norm = Updates.norm(exact.get(site.module()));
      double distance = Updates.distance(found.get(site.module()), exact.get(site.module()));
      assertThat(site.norm()).isCloseTo(norm, within(1e-9 * norm));
      assertThat(site.distance()).isCloseTo(distance, within(1e-9 * norm));
    }
  }

  private static Map<String, double[]> exact(JsonNode each) {
    Map<String, double[]> exact = new TreeMap<>();
    for (WeightedAdapter adapter : adapters(each)) {
      Updates.of(adapter.folder())
          .forEach(
              (module, update) ->
                  exact.merge(
                      module,
                      Updates.plus(null, adapter.weight(), update),
                      (sum, more) -> Updates.plus(sum, 1, more)));
    }
    return exact;
  }

  private static List<WeightedAdapter> adapters(JsonNode each) {
    List<WeightedAdapter> adapters = new ArrayList<>();
    each.get("adapters")
        .fields()
        .forEachRemaining(
            entry ->
                adapters.add(
                    new WeightedAdapter(
                        folder().resolve("adapters").resolve(entry.getKey()),
                        entry.getValue().doubleValue())));
    return adapters;
  }

  private static CombinationConfig config(JsonNode each) {
    CombinationConfig.Builder config =
        CombinationConfig.builder(
                CombinationType.valueOf(
                    each.get("combination_type").textValue().toUpperCase(Locale.ROOT)))
            .seed(5);
    if (each.has("density")) {
      config.density(each.get("density").doubleValue());
    }
    if (each.has("svd_rank")) {
      config.svdRank(each.get("svd_rank").intValue());
    }
    if (each.has("majority_sign_method")) {
      config.majoritySignMethod(MajoritySign.FREQUENCY);
    }
    return config.build();
  }
}
