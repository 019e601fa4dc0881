package org.tune4j.eval.sink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The part of an MLflow server that the sink speaks to; keeps what it was sent. */
final class StubMlflow implements AutoCloseable {
  private static final String API = "/api/2.0/mlflow/";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String RUN =
      """
      {"info": {"run_id": "abc", "run_uuid": "abc", "experiment_id": "7",
        "artifact_uri": "mlflow-artifacts:/7/abc/artifacts"}}""";

  final List<JsonNode> batches = Collections.synchronizedList(new ArrayList<>());
  final List<JsonNode> created = Collections.synchronizedList(new ArrayList<>());
  final List<JsonNode> updates = Collections.synchronizedList(new ArrayList<>());
  final List<String> searches = Collections.synchronizedList(new ArrayList<>());
  final Map<String, String> files = new ConcurrentHashMap<>();

  /** What log-batch answers, if not 200. */
  volatile int batchStatus = 200;

  /** Requests wait for it. */
  volatile CountDownLatch hold = new CountDownLatch(0);

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  StubMlflow() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  String uri() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    try {
      hold.await();
    } catch (InterruptedException e) {
      return;
    }
    if (exchange.getRequestMethod().equals("PUT")) {
      files.put(path, body);
      reply(exchange, 200, "{}");
      return;
    }
    switch (path.substring(API.length())) {
      case "experiments/get-by-name" ->
          reply(exchange, 404, "{\"error_code\": \"RESOURCE_DOES_NOT_EXIST\", \"message\": \"\"}");
      case "experiments/create" -> reply(exchange, 200, "{\"experiment_id\": \"7\"}");
      case "runs/create" -> {
        created.add(JSON.readTree(body));
        reply(exchange, 200, "{\"run\": " + RUN + "}");
      }
      case "runs/search" -> {
        searches.add(JSON.readTree(body).path("filter").asText());
        reply(exchange, 200, "{\"runs\": [" + (created.isEmpty() ? "" : RUN) + "]}");
      }
      case "runs/log-batch" -> {
        if (batchStatus == 200) {
          batches.add(JSON.readTree(body));
        }
        reply(exchange, batchStatus, "{}");
      }
      case "runs/update" -> {
        updates.add(JSON.readTree(body));
        reply(exchange, 200, "{}");
      }
      default -> reply(exchange, 404, "{}");
    }
  }

  private static void reply(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
