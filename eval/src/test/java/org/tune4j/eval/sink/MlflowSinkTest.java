package org.tune4j.eval.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.train.NumericFault;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.train.RunResult.StopReason;
import org.tune4j.engine.train.RunStart;
import org.tune4j.engine.train.StepResult;

/** What a tracking server is sent, and that a bad one harms no run. */
class MlflowSinkTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final RunStart START = new RunStart(0, 3, 10, 100);
  private StubMlflow server;

  @BeforeEach
  void start() throws IOException {
    server = new StubMlflow();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static MlflowSink sink(String uri, Map<String, String> parameters, Duration patience) {
    return new MlflowSink(
        new MlflowConfig(uri, "reviews", "first", parameters, Map.of("tune4j", "1")), patience);
  }

  private static StepResult step(long step, double loss) {
    return new StepResult(step, loss, 0, 0.5, 1e-4, 100, 50, 0.1, StepResult.Outcome.UPDATED);
  }

  private static RunResult end(StopReason reason) {
    return new RunResult(3, 0, 0, 0, 1, Double.NaN, 0, reason, true);
  }

  private List<JsonNode> sent(String kind, String key) {
    List<JsonNode> found = new ArrayList<>();
    for (JsonNode batch : server.batches) {
      batch
          .path(kind)
          .forEach(
              each -> {
                if (each.path("key").asText().equals(key)) {
                  found.add(each);
                }
              });
    }
    return found;
  }

  @Test
  void everythingArrivesByNameAndStep(@TempDir Path folder) throws IOException {
    Path report = Files.writeString(folder.resolve("report.html"), "<p>");
    MlflowSink sink = sink(server.uri(), Map.of("r", "8"), PATIENCE);
    sink.onStart(START);
    sink.onStep(step(1, 2.5));
    sink.onEvaluation(1, Map.of("eval_loss", 2.25));
    sink.onFault(
        new NumericFault(
            2,
            NumericFault.Kind.NOT_FINITE,
            Double.NaN,
            7,
            "loss",
            List.of(),
            NumericFault.Action.SKIPPED));
    sink.onEnd(end(StopReason.FINISHED));
    sink.file(report, "files/re port.html");
    sink.close();
    assertThat(server.created).hasSize(1);
    assertThat(server.created.get(0).path("experiment_id").asText()).isEqualTo("7");
    assertThat(server.created.get(0).path("run_name").asText()).isEqualTo("first");
    assertThat(server.created.get(0).path("tags").findValuesAsText("key")).contains("tune4j");
    assertThat(sent("params", "r").get(0).path("value").asText()).isEqualTo("8");
    assertThat(sent("params", "all_parameters").get(0).path("value").asText()).isEqualTo("100");
    for (String name : List.of("loss", "grad_norm", "learning_rate", "tokens", "labels")) {
      assertThat(sent("metrics", name)).as(name).hasSize(1);
    }
    JsonNode loss = sent("metrics", "loss").get(0);
    assertThat(loss.path("value").asDouble()).isEqualTo(2.5);
    assertThat(loss.path("step").asLong()).isEqualTo(1);
    assertThat(sent("metrics", "eval_loss").get(0).path("value").asDouble()).isEqualTo(2.25);
    assertThat(sent("metrics", "fault_grad_norm").get(0).path("step").asLong()).isEqualTo(2);
    assertThat(server.updates).hasSize(1);
    assertThat(server.updates.get(0).path("status").asText()).isEqualTo("FINISHED");
    assertThat(server.files)
        .containsExactly(
            Map.entry(
                "/api/2.0/mlflow-artifacts/artifacts/7/abc/artifacts/files/re port.html", "<p>"));
    assertThat(sink.lost()).isZero();
  }

  @Test
  void noRequestIsLargerThanAServerTakes() {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (int i = 0; i < 250; i++) {
      parameters.put("p" + i, "x".repeat(7000));
    }
    server.hold = new CountDownLatch(1);
    MlflowSink sink = sink(server.uri(), parameters, PATIENCE);
    sink.onStart(START);
    for (int step = 1; step <= 500; step++) {
      sink.onStep(step(step, step)); // they gather while the server is slow
    }
    server.hold.countDown();
    sink.close();
    assertThat(server.batches)
        .allSatisfy(
            batch -> {
              assertThat(batch.path("metrics").size()).isLessThanOrEqualTo(1000);
              assertThat(batch.path("params").size()).isLessThanOrEqualTo(100);
            });
    assertThat(sent("metrics", "loss")).hasSize(500);
    assertThat(sent("params", "p249").get(0).path("value").asText()).hasSize(6000);
    assertThat(sink.lost()).isZero();
  }

  @Test
  void aRunThatGoesOnIsTheSameRun() {
    MlflowSink first = sink(server.uri(), Map.of("r", "8"), PATIENCE);
    first.onStart(START);
    String state = first.state(); // before any answer
    first.close();
    assertThat(server.created.get(0).path("tags").findValuesAsText("value")).contains(state);
    server.batches.clear();
    server.updates.clear();
    MlflowSink sink = sink(server.uri(), Map.of("r", "8"), PATIENCE);
    sink.restore(state);
    sink.onStart(new RunStart(1, 3, 10, 100));
    sink.onStep(step(2, 2));
    sink.onEnd(end(StopReason.CANCELLED));
    sink.close();
    assertThat(sink.state()).isEqualTo(state);
    assertThat(server.searches).containsExactly("tags.`tune4j.run` = '" + state + "'");
    assertThat(server.created).hasSize(1);
    assertThat(sent("params", "r")).isEmpty();
    assertThat(server.batches.get(0).path("run_id").asText()).isEqualTo("abc");
    assertThat(server.updates)
        .extracting(update -> update.path("status").asText())
        .containsExactly("RUNNING", "KILLED");
  }

  @Test
  void aRunThatTheServerNeverSawIsBegunWhenItGoesOn() {
    MlflowSink sink = sink(server.uri(), Map.of("r", "8"), PATIENCE);
    sink.restore("unseen");
    sink.onStart(new RunStart(1, 3, 10, 100));
    sink.close();
    assertThat(server.created).hasSize(1);
    assertThat(sent("params", "r")).hasSize(1);
  }

  @Test
  void aRunThatBreaksOffHasFailed() {
    MlflowSink sink = sink(server.uri(), Map.of(), PATIENCE);
    sink.onStart(START);
    sink.close();
    assertThat(server.updates.get(0).path("status").asText()).isEqualTo("FAILED");
  }

  @Test
  void whatNeverBeganIsNoRun() {
    sink(server.uri(), Map.of(), PATIENCE).close();
    assertThat(server.created).isEmpty();
    assertThat(server.updates).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 500, 503})
  void whatIsRefusedIsCounted(int status) {
    server.batchStatus = status;
    MlflowSink sink = sink(server.uri(), Map.of("r", "8"), PATIENCE);
    sink.onStart(START);
    sink.onEvaluation(1, Map.of("eval_loss", 1.0, "eval_accuracy", 0.5));
    sink.close();
    assertThat(sink.lost()).isEqualTo(2 + 3);
  }

  @Test
  void aServerThatIsNotThereCostsItsValuesOnly() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    MlflowSink sink = sink("http://127.0.0.1:" + port, Map.of(), PATIENCE);
    sink.onStart(START);
    sink.onEvaluation(1, Map.of("eval_loss", 1.0));
    sink.close();
    assertThat(sink.lost()).isEqualTo(2 + 1);
  }

  @Test
  void aServerThatNeverAnswersIsGivenUp(@TempDir Path folder) throws IOException {
    server.hold = new CountDownLatch(1);
    MlflowSink sink = sink(server.uri(), Map.of(), Duration.ofMillis(200));
    sink.onStart(START);
    sink.onEvaluation(1, Map.of("eval_loss", 1.0));
    sink.file(Files.writeString(folder.resolve("a"), "a"), "a");
    sink.close();
    assertThat(sink.lost()).isEqualTo(2 + 1 + 1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "localhost:5000", "file:/x", "http://a:secret@host", "http://h/?key=secret"})
  void addressesThatCannotBeUsedAreRefusedWithoutRepeatingThem(String text) {
    assertThatThrownBy(() -> MlflowConfig.address(text))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("http://HOST:PORT")
        .hasMessageNotContaining("secret");
  }

  @Test
  void whoLogsOnIsKnownByMlflowsVariables() {
    assertThat(new MlflowCredentials(Map.of()).authorization()).isEmpty();
    assertThat(new MlflowCredentials(Map.of("MLFLOW_TRACKING_TOKEN", "t")).authorization())
        .contains("Bearer t");
    assertThat(
            new MlflowCredentials(
                    Map.of(
                        "MLFLOW_TRACKING_USERNAME",
                        "Aladdin",
                        "MLFLOW_TRACKING_PASSWORD",
                        "open sesame"))
                .authorization())
        .contains("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  }
}
