package org.tune4j.eval.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;

/** A judge's endpoint, well and ill. */
class ChatEndpointTest {
  private static final ChatPrompt PROMPT = new ChatPrompt("Be fair.", "Which?");
  private static final String KEY = "sk-very-secret-1234";
  private final List<Long> pauses = new ArrayList<>();

  private ChatEndpoint.Builder patient(StubChat stub) {
    ChatEndpoint.Builder builder = stub.endpoint();
    builder.pause = pauses::add;
    return builder;
  }

  @Test
  void whatIsAskedIsOpenAis() throws IOException {
    try (StubChat stub = StubChat.saying(question -> "「好」 [[7]]")) {
      ChatEndpoint.Builder builder =
          stub.endpoint().apiKeyVariable("JUDGE_KEY").maxTokens(99).seed(5);
      builder.environment = Map.of("JUDGE_KEY", KEY);
      assertThat(builder.build().reply(PROMPT)).isEqualTo(new ChatReply("「好」 [[7]]", true));
      JsonNode request = stub.requests.get(0);
      assertThat(request.path("model").asText()).isEqualTo("judge-1");
      assertThat(request.path("temperature").asDouble(-1)).isZero();
      assertThat(request.path("seed").asLong()).isEqualTo(5);
      assertThat(request.path("max_tokens").asInt()).isEqualTo(99);
      assertThat(request.path("messages").findValuesAsText("role"))
          .containsExactly("system", "user");
      assertThat(request.path("messages").findValuesAsText("content"))
          .containsExactly("Be fair.", "Which?");
      assertThat(stub.keys).containsExactly("Bearer " + KEY);
    }
  }

  @Test
  void withoutAKeyNoneIsSent() throws IOException {
    try (StubChat stub = StubChat.saying(question -> "x")) {
      stub.endpoint().build().reply(PROMPT);
      assertThat(stub.keys).containsExactly("null");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 502, 503})
  void whatPassesIsAskedAgainLaterAndLater(int status) throws IOException {
    try (StubChat stub =
        new StubChat(
            exchange -> {
              if (exchange.number() < 4) {
                exchange.send(status, "busy");
              } else {
                exchange.say("done");
              }
            })) {
      assertThat(patient(stub).build().reply(PROMPT).text()).isEqualTo("done");
      assertThat(pauses).containsExactly(1000L, 2000L, 4000L);
    }
  }

  @Test
  void aServerSaysItselfHowLongToWait() throws IOException {
    String date =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(
            ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(100));
    try (StubChat stub =
        new StubChat(
            exchange -> {
              switch (exchange.number()) {
                case 1 -> exchange.send(429, "", "Retry-After", "17");
                case 2 -> exchange.send(503, "", "Retry-After", date);
                case 3 -> exchange.send(429, "", "Retry-After", "soon");
                default -> exchange.say("done");
              }
            })) {
      patient(stub).build().reply(PROMPT);
      assertThat(pauses.get(0)).isEqualTo(17_000);
      assertThat(pauses.get(1)).isBetween(60_000L, 100_000L);
      assertThat(pauses.get(2)).isEqualTo(4000);
    }
  }

  @Test
  void whoIsToWaitTooLongGivesUp() throws IOException {
    try (StubChat stub =
        new StubChat(exchange -> exchange.send(429, "quota", "Retry-After", "86400"))) {
      assertThatThrownBy(() -> patient(stub).build().reply(PROMPT))
          .isInstanceOf(EndpointException.class)
          .hasMessageContainingAll("status 429", "quota");
      assertThat(pauses).isEmpty();
    }
  }

  @Test
  void whatDoesNotPassNamesAddressAndStatus() throws IOException {
    try (StubChat stub = new StubChat(exchange -> exchange.send(500, "out of memory"))) {
      assertThatThrownBy(() -> patient(stub).attempts(3).build().reply(PROMPT))
          .isInstanceOfSatisfying(
              EndpointException.class,
              e -> {
                assertThat(e.status()).isEqualTo(500);
                assertThat(e.url()).isEqualTo(stub.base() + "/chat/completions");
              })
          .hasMessageContainingAll(stub.base(), "status 500", "out of memory");
      assertThat(stub.requests).hasSize(3);
      assertThat(pauses).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 400, 401, 403, 404})
  void aRefusalIsNotAskedAgainAndRepeatsNoKey(int status) throws IOException {
    try (StubChat stub =
        new StubChat(
            exchange ->
                exchange.send(
                    status, "Incorrect key: " + KEY, "Location", "http://127.0.0.1:1/elsewhere"))) {
      ChatEndpoint.Builder builder = patient(stub).apiKeyVariable("K");
      builder.environment = Map.of("K", KEY);
      assertThatThrownBy(() -> builder.build().reply(PROMPT))
          .isInstanceOf(EndpointException.class)
          .hasMessageContainingAll("status " + status, "Incorrect key: [key]")
          .hasMessageNotContaining(KEY);
      assertThat(stub.requests).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html>Welcome</html>",
        "{\"choices\":",
        "{}",
        "[]",
        "{\"choices\": []}",
        "{\"choices\": [{\"message\": {}}]}",
        "{\"choices\": [{\"message\": {\"content\": 7}}]}",
        "{\"error\": {\"message\": \"overloaded\"}}"
      })
  void anAnswerThatIsNoneConcernsThatRequest(String body) throws IOException {
    try (StubChat stub = new StubChat(exchange -> exchange.send(200, body))) {
      assertThatThrownBy(() -> patient(stub).build().reply(PROMPT))
          .isInstanceOfSatisfying(
              EndpointException.class, e -> assertThat(e.isOfRequest()).isTrue())
          .hasMessageContaining("status 200");
    }
  }

  @Test
  void whatWasCutOrIsEmptyIsSaid() throws IOException {
    try (StubChat stub =
        new StubChat(
            exchange ->
                exchange.send(
                    200,
                    "{\"choices\": [{\"message\": {\"content\": null}, \"finish_reason\":"
                        + " \"length\"}]}"))) {
      assertThat(stub.endpoint().build().reply(PROMPT)).isEqualTo(new ChatReply("", false));
    }
  }

  @Test
  void whoHangsIsGivenUp() throws IOException {
    try (StubChat stub = new StubChat(exchange -> Thread.sleep(60_000))) {
      assertThatThrownBy(
              () -> patient(stub).timeout(Duration.ofMillis(200)).attempts(2).build().reply(PROMPT))
          .isInstanceOfSatisfying(EndpointException.class, e -> assertThat(e.status()).isZero())
          .hasMessageContainingAll(stub.base(), "no answer within 0.2 s");
      assertThat(stub.requests).hasSize(2);
    }
  }

  @Test
  void whoSendsDropByDropIsGivenUpToo() throws IOException {
    try (StubChat stub =
        new StubChat(
            exchange -> {
              exchange.http().sendResponseHeaders(200, 0);
              OutputStream out = exchange.http().getResponseBody();
              for (int i = 0; i < 600; i++) {
                out.write(' ');
                out.flush();
                Thread.sleep(100);
              }
            })) {
      assertThatThrownBy(
              () -> patient(stub).timeout(Duration.ofMillis(500)).attempts(1).build().reply(PROMPT))
          .isInstanceOf(EndpointException.class)
          .hasMessageContaining("no answer within 0.5 s");
    }
  }

  @Test
  void whoIsSlowIsWaitedFor() throws IOException {
    try (StubChat stub =
        new StubChat(
            exchange -> {
              Thread.sleep(300);
              exchange.say("late");
            })) {
      assertThat(stub.endpoint().build().reply(PROMPT).text()).isEqualTo("late");
      assertThat(stub.requests).hasSize(1);
    }
  }

  @Test
  void anAnswerWithoutEndIsNotRead() throws IOException {
    try (StubChat stub =
        new StubChat(
            exchange -> {
              exchange.http().sendResponseHeaders(200, 0);
              byte[] piece = new byte[1 << 20];
              try (OutputStream out = exchange.http().getResponseBody()) {
                for (int i = 0; i < 100; i++) {
                  out.write(piece);
                }
              }
            })) {
      assertThatThrownBy(() -> patient(stub).attempts(1).build().reply(PROMPT))
          .isInstanceOf(EndpointException.class)
          .hasMessageContaining("an answer of more than 16777216 bytes");
    }
  }

  @Test
  void whoIsNotThereIsNamed() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    ChatEndpoint.Builder builder = ChatEndpoint.builder("http://127.0.0.1:" + port, "m");
    builder.pause = pauses::add;
    assertThatThrownBy(() -> builder.attempts(2).build().reply(PROMPT))
        .isInstanceOfSatisfying(EndpointException.class, e -> assertThat(e.isOfRequest()).isFalse())
        .hasMessageContaining("127.0.0.1:" + port);
  }

  @Test
  void aQuestionIsAskedOnceWhereRepliesAreKept(@TempDir Path folder) throws IOException {
    try (StubChat stub = StubChat.saying(question -> question + "!")) {
      ChatPrompt other = new ChatPrompt("Be fair.", "Who?");
      for (int i = 0; i < 2; i++) {
        ChatEndpoint endpoint = stub.endpoint().cache(folder.resolve("replies")).build();
        assertThat(endpoint.reply(PROMPT).text()).isEqualTo("Which?!");
        assertThat(endpoint.reply(other).text()).isEqualTo("Who?!");
      }
      assertThat(stub.requests).hasSize(2);
      stub.endpoint().seed(1).cache(folder.resolve("replies")).build().reply(PROMPT);
      assertThat(stub.requests).hasSize(3);
      try (Stream<Path> files = Files.list(folder.resolve("replies"))) {
        for (Path file : files.toList()) {
          Files.writeString(file, "{\"text\":"); // damaged
        }
      }
      stub.endpoint().cache(folder.resolve("replies")).build().reply(PROMPT);
      assertThat(stub.requests).hasSize(4);
    }
  }

  @Test
  void theKeyIsInNoFile(@TempDir Path folder) throws IOException {
    try (StubChat stub = StubChat.saying(question -> "x")) {
      ChatEndpoint.Builder builder = stub.endpoint().apiKeyVariable("K").cache(folder);
      builder.environment = Map.of("K", KEY);
      builder.build().reply(PROMPT);
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files)
            .hasSize(1)
            .allSatisfy(file -> assertThat(file).content().doesNotContain(KEY));
      }
    }
  }

  @Test
  void aKeyThatIsNotSetIsNamed() {
    assertThatThrownBy(
            () -> ChatEndpoint.builder("https://h/v1", "m").apiKeyVariable("NO_SUCH_KEY_1").build())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("NO_SUCH_KEY_1 is not set");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "h/v1",
        "ftp://h/v1",
        "https://me:secret@h/v1",
        "https://h/v1?key=secret",
        "http://"
      })
  void addressesThatCannotBeUsedAreRefusedWithoutRepeatingThem(String base) {
    assertThatThrownBy(() -> ChatEndpoint.builder(base, "m").build())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("wanted http://HOST:PORT/v1")
        .hasMessageNotContaining("secret");
  }
}
