package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/** Checks {@code goldens/eval}: one file a topic, each checked by a class of its own. */
final class EvalConformance {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Map<String, Consumer<EvalGolden>> TOPICS =
      Map.ofEntries(
          Map.entry("bleu", BleuChecks::check),
          Map.entry("calibration", UncertaintyChecks::calibration),
          Map.entry("chrf", ChrfChecks::check),
          Map.entry("classification", ClassificationChecks::check),
          Map.entry("conformal", UncertaintyChecks::conformal),
          Map.entry("diversity", DiversityChecks::check),
          Map.entry("ner", NerChecks::check),
          Map.entry("pass_at_k", PassAtKChecks::check),
          Map.entry("perplexity", PerplexityChecks::check),
          Map.entry("qa", QaChecks::check),
          Map.entry("rouge", RougeChecks::check),
          Map.entry("statistics", StatisticsChecks::check),
          Map.entry("uncertainty", UncertaintyChecks::uncertainty));

  private EvalConformance() {}

  /** Whether there is a check of a topic. */
  static boolean knows(String topic) {
    return TOPICS.containsKey(topic);
  }

  /** Checks a file of a topic that is known. */
  static void check(Path file, CheckSink sink) {
    try {
      EvalGolden golden = new EvalGolden(file, JSON.readTree(file.toFile()), sink);
      TOPICS.get(golden.name()).accept(golden);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
