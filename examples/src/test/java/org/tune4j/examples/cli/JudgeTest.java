package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tune4j judge} against an endpoint of this process that likes long answers. */
class JudgeTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final AtomicInteger asked = new AtomicInteger();
  @TempDir private Path folder;
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v1/chat/completions",
        http -> {
          asked.incrementAndGet();
          JsonNode request = JSON.readTree(http.getRequestBody().readAllBytes());
          String question = request.path("messages").findValuesAsText("content").get(1);
          byte[] answer =
              JSON.writeValueAsBytes(
                  Map.of(
                      "choices", List.of(Map.of("message", Map.of("content", verdict(question))))));
          http.sendResponseHeaders(200, answer.length);
          http.getResponseBody().write(answer);
          http.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private static String verdict(String question) {
    int a = length(question, "answer_a");
    if (a < 0) {
      return "It has so many characters.\nRating: [["
          + Math.min(10, length(question, "answer"))
          + "]]";
    }
    int b = length(question, "answer_b");
    return a == b ? "[[C]]" : a > b ? "[[A]]" : "[[B]]";
  }

  private static int length(String question, String name) {
    int from = question.indexOf("<" + name + "-");
    return from < 0 ? -1 : question.indexOf("\n</" + name + "-") - question.indexOf("\n", from) - 1;
  }

  private Path samples(String name, String... outputs) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < outputs.length; i++) {
      lines
          .append(JSON.writeValueAsString(Map.of("prompt", "question " + i, "output", outputs[i])))
          .append('\n');
    }
    return Files.writeString(folder.resolve(name), lines);
  }

  private CliRun judge(Object... more) {
    Object[] args = {
      "judge",
      "--endpoint",
      "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/",
      "--judge-model",
      "longer"
    };
    return CliRun.of(Stream.concat(Stream.of(args), Stream.of(more)).toArray());
  }

  @Test
  void answersAreGradedAndKept() throws IOException {
    Path samples = samples("a.jsonl", "1234", "12345678", "");
    Path output = folder.resolve("out");
    CliRun run = judge("--samples", samples, "--output", output, "--json");
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode line = run.json().get(0);
    assertThat(line.path("judge_rating").path("value").asDouble()).isEqualTo(6);
    assertThat(line.path("judge_rating").path("n").asInt()).isEqualTo(2);
    assertThat(line.path("judge_failure_rate").path("value").asDouble()).isEqualTo(1 / 3.0);
    assertThat(line.path("failures").asInt()).isEqualTo(1);
    assertThat(JSON.readTree(output.resolve("judge.json").toFile())).isEqualTo(line);
    List<String> lines =
        Files.readAllLines(output.resolve("judgements.jsonl"), StandardCharsets.UTF_8);
    assertThat(lines).hasSize(3);
    assertThat(JSON.readTree(lines.get(1)).path("grade").asDouble()).isEqualTo(8);
    assertThat(JSON.readTree(lines.get(2)).path("failure").asText())
        .contains("[[0]] is no verdict");
    assertThat(asked.get()).isEqualTo(3);
    CliRun again = judge("--samples", samples, "--output", output, "--json");
    assertThat(again.out()).isEqualTo(run.out());
    assertThat(asked.get()).as("replies that are kept are not asked for again").isEqualTo(3);
  }

  @Test
  void answersAreComparedInBothOrders() throws IOException {
    CliRun run =
        judge(
            "--samples",
            samples("a.jsonl", "longest", "same", "x", "yes"),
            "--against",
            samples("b.jsonl", "long", "mesa", "longer", "no"),
            "--output",
            folder.resolve("out"));
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out().lines().toList().get(0)).startsWith("win_rate 0.6250  [").endsWith("n=4");
    assertThat(run.out()).contains("position_consistency 1.0000");
    assertThat(run.err()).contains("wins 2", "ties 1", "losses 1", "failures 0");
    assertThat(asked.get()).isEqualTo(8);
    assertThat(folder.resolve("out/judgements.jsonl")).content().contains("\"outcome\":\"loss\"");
  }

  @Test
  void wrongCallsAreRefusedBeforeAnythingIsAsked() throws IOException {
    Path samples = samples("a.jsonl", "x");
    assertThat(CliRun.of("judge", "--samples", samples, "--judge-model", "m").err())
        .contains("--endpoint is missing");
    CliRun key = judge("--samples", samples, "--api-key-env", "NO_SUCH_VARIABLE_1");
    assertThat(key.code()).isEqualTo(2);
    assertThat(key.err()).contains("NO_SUCH_VARIABLE_1 is not set");
    Path template = Files.writeString(folder.resolve("t.txt"), "Grade {answer}");
    assertThat(judge("--samples", samples, "--template", template).err()).contains("{prompt}");
    assertThat(judge("--samples", samples, "--against", samples("b.jsonl", "x", "y")).err())
        .contains("1 on one side and 2");
    assertThat(asked.get()).isZero();
  }
}
