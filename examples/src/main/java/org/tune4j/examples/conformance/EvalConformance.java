package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;

/** Checks {@code goldens/eval}: one file a topic, each checked by a class of its own. */
final class EvalConformance {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Map<String, EvalCheck> TOPICS =
      Map.ofEntries(
          Map.entry("bleu", BleuChecks::check),
          Map.entry("chrf", ChrfChecks::check),
          Map.entry("diversity", DiversityChecks::check),
          Map.entry("pass_at_k", PassAtKChecks::check),
          Map.entry("perplexity", PerplexityChecks::check),
          Map.entry("qa", QaChecks::check),
          Map.entry("rouge", RougeChecks::check));

  private EvalConformance() {}

  /** Checks one topic. */
  @FunctionalInterface
  private interface EvalCheck {
    void check(EvalGolden golden);
  }

  static void check(Path file, CheckSink sink) {
    try {
      EvalGolden golden = new EvalGolden(file, JSON.readTree(file.toFile()), sink);
      EvalCheck check = TOPICS.get(golden.name());
      if (check == null) {
        sink.report(golden.name(), "supported", Double.NaN, 0, false);
      } else {
        check.check(golden);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
