package org.tune4j.eval.judge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A local endpoint that answers as a test tells it, and keeps what it was asked. */
final class StubChat implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  final List<JsonNode> requests = Collections.synchronizedList(new ArrayList<>());
  final List<String> keys = Collections.synchronizedList(new ArrayList<>());
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  /** Answers a request. */
  interface Answering {
    void answer(Exchange exchange) throws IOException, InterruptedException;
  }

  StubChat(Answering answering) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v1/chat/completions",
        http -> {
          JsonNode request = JSON.readTree(http.getRequestBody().readAllBytes());
          requests.add(request);
          keys.add(String.valueOf(http.getRequestHeaders().getFirst("Authorization")));
          try {
            answering.answer(new Exchange(requests.size(), request, http));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    server.setExecutor(threads);
    server.start();
  }

  /** One that says to each question what a function makes of it. */
  static StubChat saying(java.util.function.Function<String, String> reply) throws IOException {
    return new StubChat(exchange -> exchange.say(reply.apply(exchange.question())));
  }

  String base() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
  }

  ChatEndpoint.Builder endpoint() {
    return ChatEndpoint.builder(base(), "judge-1");
  }

  /** A request that is to be answered; the first has number 1. */
  record Exchange(int number, JsonNode request, HttpExchange http) {
    String question() {
      JsonNode messages = request.path("messages");
      return messages.path(messages.size() - 1).path("content").asText();
    }

    void say(String content) throws IOException {
      send(
          200,
          JSON.writeValueAsString(
              Map.of(
                  "choices",
                  List.of(
                      Map.of(
                          "message",
                          Map.of("role", "assistant", "content", content),
                          "finish_reason",
                          "stop")))));
    }

    void send(int status, String body, String... headers) throws IOException {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < headers.length; i += 2) {
        http.getResponseHeaders().add(headers[i], headers[i + 1]);
      }
      http.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      try (OutputStream out = http.getResponseBody()) {
        out.write(bytes);
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
