package org.tune4j.eval.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.report.MetricsFile;

/**
 * What a run's {@code metrics.jsonl} tells.
 *
 * @param steps its updates
 * @param evaluations its evaluations
 * @param faults its faults, of numbers and of memory
 * @param updates what a policy that learns from rewards tells of each of its updates
 * @param preferences what a model that learns from judged answers tells of each of its updates
 */
record RunMetrics(
    List<Step> steps,
    List<Evaluated> evaluations,
    List<Fault> faults,
    List<Evaluated> updates,
    List<Evaluated> preferences) {
  private static final JsonMapper JSON = new JsonMapper();

  /** An update; NaN where the file does not tell. */
  record Step(
      long step,
      double loss,
      double gradNorm,
      double learningRate,
      double tokens,
      double seconds,
      double residentMib,
      double peakMib) {}

  /** What is told of an update by every policy that learns from rewards. */
  private static final String SAMPLING = "time/sampling";

  /** What is told of an update by learning from judged answers: at least one of them. */
  private static final List<String> REWARDS = List.of("rewards/chosen", "rewards/rejected");

  /** An evaluation after an update. */
  record Evaluated(long step, Map<String, Double> values) {}

  /** A step whose numbers were not fit to learn from, or that did not fit into memory. */
  record Fault(long step, String kind, String verdict, String action, String examples) {}

  RunMetrics {
    faults = List.copyOf(faults);
    steps = List.copyOf(steps);
    evaluations = List.copyOf(evaluations);
    updates = List.copyOf(updates);
    preferences = List.copyOf(preferences);
  }

  /** Reads a run's folder; a line that a killed run left unfinished is passed over. */
  static RunMetrics read(Path run) {
    Path file = run.resolve("metrics.jsonl");
    Lines lines = new Lines();
    try {
      for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
        lines.add(line);
      }
    } catch (IOException e) {
      throw new StorageException(file + ": cannot be read: " + e.getMessage(), e);
    }
    return new RunMetrics(
        lines.steps, lines.evaluations, lines.faults, lines.updates, lines.preferences);
  }

  /** What was read so far. */
  private static final class Lines {
    private final List<Step> steps = new ArrayList<>();
    private final List<Evaluated> evaluations = new ArrayList<>();
    private final List<Fault> faults = new ArrayList<>();
    private final List<Evaluated> updates = new ArrayList<>();
    private final List<Evaluated> preferences = new ArrayList<>();

    private void add(String line) {
      JsonNode node;
      try {
        node = JSON.readTree(line);
      } catch (JsonProcessingException e) {
        return;
      }
      long step = node.path("step").asLong();
      if (node.has("loss")) {
        steps.add(
            new Step(
                step,
                number(node, "loss"),
                number(node, "grad_norm"),
                number(node, "learning_rate"),
                number(node, "tokens"),
                number(node, "seconds"),
                number(node, "rss_mib"),
                number(node, "peak_rss_mib")));
      } else if (node.has("fault")) {
        faults.add(
            new Fault(
                step,
                node.path("fault").asText(),
                node.path("verdict").asText(),
                node.path("action").asText(),
                node.path("examples").toString()));
      } else if (node.has("step") && !node.has("loss_scale") && !node.has(MetricsFile.UNRESOLVED)) {
        Map<String, Double> values = new LinkedHashMap<>();
        node.fieldNames()
            .forEachRemaining(
                name -> {
                  if (!name.equals("step")) {
                    values.put(name, number(node, name));
                  }
                });
        of(node).add(new Evaluated(step, values));
      }
    }

    private List<Evaluated> of(JsonNode node) {
      if (node.has(SAMPLING)) {
        return updates;
      }
      return REWARDS.stream().anyMatch(node::has) ? preferences : evaluations;
    }
  }

  /** JSON has no NaN and no infinity: they stand there as texts. */
  private static double number(JsonNode node, String name) {
    JsonNode value = node.path(name);
    return switch (value.asText()) {
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> value.asDouble(Double.NaN);
    };
  }

  /** What a loss is of. */
  String lossUnit() {
    return preferences.isEmpty() ? "nats a token" : "a pair, or an answer judged alone";
  }

  /** Tokens a second, without the first update, which warms up; NaN when there is none. */
  double tokensPerSecond() {
    List<Step> timed = steps.size() > 1 ? steps.subList(1, steps.size()) : steps;
    double seconds = timed.stream().mapToDouble(Step::seconds).sum();
    return timed.isEmpty() ? Double.NaN : timed.stream().mapToDouble(Step::tokens).sum() / seconds;
  }

  /** The most memory that was resident in MiB; NaN when it is not known. */
  double peakMib() {
    return steps.stream()
        .mapToDouble(Step::peakMib)
        .filter(Double::isFinite)
        .max()
        .orElse(Double.NaN);
  }
}
