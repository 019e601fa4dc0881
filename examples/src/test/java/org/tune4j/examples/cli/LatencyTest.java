package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.eval.result.EvalResult;
import org.tune4j.eval.result.ResultFolder;

/** Models under load from the command line; what is fast enough is not a test's business. */
class LatencyTest {
  @TempDir private static Path folder;
  private static Path model;
  private static Path prompts;

  @BeforeAll
  static void files() throws IOException {
    model = RandomDemo.model(folder, DType.FLOAT32);
    prompts = Files.writeString(folder.resolve("prompts.txt"), "one\n评论：房间\nand a third one\n");
  }

  private static CliRun latency(Object... more) {
    List<Object> call =
        new ArrayList<>(List.of("latency", "--model", model, "--precision", "fp32"));
    call.addAll(Arrays.asList(more));
    return CliRun.of(call.toArray());
  }

  private static Path sla(String name, String... lines) throws IOException {
    return Files.writeString(folder.resolve(name), "gates:\n" + String.join("\n", lines) + "\n");
  }

  /** The line of a figure. */
  private static JsonNode figure(CliRun run, String name) {
    return run.json().stream()
        .filter(line -> line.path("figure").asText().equals(name))
        .findFirst()
        .orElse(MissingNode.getInstance());
  }

  private static double value(CliRun run, String name) {
    return figure(run, name).path("value").doubleValue();
  }

  @Test
  void clientsGetLatenciesThroughputAndMemoryInJson() throws IOException {
    long scopes = TensorScope.openScopes();
    Path met =
        sla(
            "met.yaml",
            "  - {figure: ttft_p95_ms, at_most: 1e9}",
            "  - {figure: output_tokens_per_s, at_least: 1e-9}",
            "  - {figure: peak_rss_mib, at_least: 1, required: false}");
    Path output = folder.resolve("met");
    CliRun run =
        latency(
            "--prompts",
            prompts,
            "--max-new-tokens",
            4,
            "--ignore-eos",
            "--concurrency",
            3,
            "--requests",
            9,
            "--warmup",
            2,
            "--sla",
            met,
            "--output",
            output,
            "--json");
    assertThat(run.code()).as(run.err()).isZero();
    for (String name : List.of("ttft_p50_ms", "tpot_p95_ms", "itl_p99_ms", "e2e_mean_ms")) {
      assertThat(value(run, name)).as(name).isPositive();
    }
    assertThat(figure(run, "e2e_p50_ms").path("n").intValue()).isEqualTo(9);
    assertThat(figure(run, "itl_p50_ms").path("n").intValue()).isEqualTo(27);
    assertThat(value(run, "output_tokens_per_s"))
        .isCloseTo(4 * value(run, "requests_per_s"), withinPercentage(1e-9));
    assertThat(figure(run, "ttft_p50_ms").path("signature").textValue())
        .startsWith("concurrency:3|max_batch_size:3|max_new_tokens:4|dtype:float32|");
    JsonNode energy = figure(run, "energy_j");
    assertThat(energy.path("value").isNull()).isEqualTo(energy.has("reason"));
    List<JsonNode> lines = run.json();
    assertThat(lines.get(lines.size() - 1).path("passed").booleanValue()).isTrue();
    EvalResult written = ResultFolder.read(output).get(0);
    assertThat(written.task()).isEqualTo("latency");
    assertThat(written.model()).isEqualTo("base");
    assertThat(Files.readString(output.resolve("report.html"))).contains("ttft_p95_ms");
    assertThat(Files.readString(output.resolve("junit.xml")))
        .contains("ttft_p95_ms", "tests=\"3\"", "failures=\"0\"");
    assertThat(written.figure("ttft_p99_ms")).isPresent();
    assertThat(TensorScope.openScopes()).isEqualTo(scopes);
  }

  @Test
  void aServiceLevelThatIsNotMetIsExitCodeOne() throws IOException {
    Path missed =
        sla(
            "missed.yaml",
            "  - {figure: ttft_p95_ms, at_most: 1e9}",
            "  - {figure: tpot_p50_ms, at_most: 1e-9}");
    CliRun run =
        latency(
            "--prompt",
            "one",
            "--max-new-tokens",
            3,
            "--ignore-eos",
            "--requests",
            4,
            "--warmup",
            0,
            "--request-rate",
            200,
            "--sla",
            missed);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).contains("ttft_p95_ms", "peak_rss_mib");
    assertThat(run.err())
        .containsPattern("PASS +latency: ttft_p95_ms <= 1.0E9")
        .containsPattern("FAIL +latency: tpot_p50_ms <= 1.0E-9: ")
        .contains("does not pass");
  }

  @Test
  void aHeadOfLabelsLabels() throws IOException {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      rows.add("{\"text\":\"Room %d\",\"label\":\"%s\"}".formatted(i, i % 2 == 0 ? "a" : "b"));
    }
    Path data = Files.write(folder.resolve("rows.jsonl"), rows);
    Path run = folder.resolve("run");
    CliRun trained =
        CliRun.of(
            "classify",
            "--model",
            model,
            "--data",
            data,
            "--output",
            run,
            "--precision",
            "fp32",
            "--max-steps",
            1);
    assertThat(trained.code()).as(trained.err()).isZero();
    Path adapter = run.resolve("adapter");
    for (Path inputs : List.of(prompts, data)) {
      CliRun found =
          latency(
              "--adapter",
              adapter,
              "--prompts",
              inputs,
              "--concurrency",
              2,
              "--requests",
              6,
              "--json");
      assertThat(found.code()).as(found.err()).isZero();
      assertThat(value(found, "labels_per_s")).isPositive();
      assertThat(figure(found, "e2e_p95_ms").path("n").intValue()).isEqualTo(6);
      assertThat(figure(found, "ttft_p95_ms").isMissingNode()).isTrue();
    }
    CliRun refused = latency("--adapter", adapter, "--prompt", "x", "--max-new-tokens", 3);
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("max_new_tokens: is for a model that continues texts");
  }

  @Test
  void whatCannotBeMeantIsRefused() throws IOException {
    Path misspelt = sla("misspelt.yaml", "  - {figure: ttft_95_ms, at_most: 5}");
    CliRun run = CliRun.of("latency", "--model", "nowhere", "--prompt", "x", "--sla", misspelt);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains("there is no figure 'ttft_95_ms' of a load; the nearest is ttft_p95_ms");
    Path other = sla("other.yaml", "  - {figure: ttft_p95_ms, at_most: 5, task: reviews}");
    assertThat(latency("--prompt", "x", "--sla", other).err()).contains("task: found reviews");
    assertThat(latency("--prompt", "x", "--concurrency", 2, "--request-rate", 3).err())
        .contains("do not go together");
    assertThat(latency("--prompt", "x", "--requests", 0, "--request-rate", -1).err())
        .contains("requests: wanted at least 1, found 0", "request_rate: wanted more than 0");
    assertThat(latency("--requests", 1).err()).contains("--prompt TEXT or --prompts FILE");
  }
}
