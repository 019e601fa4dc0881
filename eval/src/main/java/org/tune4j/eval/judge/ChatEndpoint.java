package org.tune4j.eval.judge;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.Shortened;

/**
 * A model behind an endpoint that speaks as OpenAI's chat completions do: it is posted to {@code
 * BASE/chat/completions} with temperature 0 and a seed. What is busy or broken for the moment is
 * asked again, as late as it says ({@code Retry-After}) or after 1, 2, 4, … seconds.
 *
 * <p>This and MLflow's sink are all of tune4j that opens a connection, and only to the address that
 * it is given. The key is read from the environment and neither logged nor written.
 */
public final class ChatEndpoint implements ChatModel {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String PATH = "/chat/completions";

  private final Builder settings;
  private final String url;
  private final Optional<String> key;
  private final HttpPost post;
  private final Optional<ReplyCache> cache;

  private ChatEndpoint(Builder settings) {
    URI uri = address(settings.base);
    this.settings = settings;
    this.url = uri.toString();
    this.key = Optional.ofNullable(settings.keyVariable).map(name -> key(settings, name));
    this.post = new HttpPost(uri, key, settings.timeout);
    this.cache = Optional.ofNullable(settings.cache).map(ReplyCache::new);
  }

  private static URI address(String base) {
    try {
      URI uri = new URI(base.strip().replaceAll("/+$", "") + PATH);
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (web && uri.getHost() != null && uri.getUserInfo() == null && uri.getRawQuery() == null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Refused below, without what may be a secret.
    }
    throw new ConfigException(
        "the endpoint's address: wanted http://HOST:PORT/v1 or https://HOST/v1, without a user, a"
            + " password or a query; the key is read from an environment variable");
  }

  private static String key(Builder settings, String name) {
    String value = settings.environment.get(name);
    if (value == null || value.isBlank()) {
      throw new ConfigException(
          "the environment variable " + name + " is not set; it is to hold the endpoint's key");
    }
    return value.strip();
  }

  /** An endpoint in the making. */
  public static Builder builder(String base, String model) {
    return new Builder(base, model);
  }

  /** What an endpoint is told. */
  public static final class Builder {
    private final String base;
    private final String model;
    private String keyVariable;
    private int maxTokens = 2048;
    private long seed = 42;
    private Duration timeout = Duration.ofSeconds(120);
    private int attempts = 5;
    private Path cache;
    Map<String, String> environment = System.getenv();
    Pause pause = Thread::sleep;

    private Builder(String base, String model) {
      this.base = base;
      this.model = model;
    }

    /** The environment variable that holds the key. Default none. */
    public Builder apiKeyVariable(String name) {
      keyVariable = name;
      return this;
    }

    /** The longest reply in tokens. Default 2048. */
    public Builder maxTokens(int value) {
      if (value < 1) {
        throw new ConfigException("max_tokens: wanted at least 1, found " + value);
      }
      maxTokens = value;
      return this;
    }

    /** What draws are a function of, where the endpoint looks at it. Default 42. */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /** How long a whole reply may take. Default two minutes. */
    public Builder timeout(Duration value) {
      if (value.isNegative() || value.isZero()) {
        throw new ConfigException("timeout: wanted more than 0, found " + value);
      }
      timeout = value;
      return this;
    }

    /** How often a request is sent at most. Default 5. */
    public Builder attempts(int value) {
      if (value < 1) {
        throw new ConfigException("attempts: wanted at least 1, found " + value);
      }
      attempts = value;
      return this;
    }

    /** Where replies are kept, so that the same question is not asked twice. Default nowhere. */
    public Builder cache(Path folder) {
      cache = folder;
      return this;
    }

    /**
     * The endpoint; nothing is asked yet.
     *
     * @throws ConfigException if the address cannot be used, or the variable of the key is not set
     */
    public ChatEndpoint build() {
      return new ChatEndpoint(this);
    }
  }

  /** Waits. */
  @FunctionalInterface
  interface Pause {
    void millis(long count) throws InterruptedException;
  }

  @Override
  public ChatReply reply(ChatPrompt prompt) {
    byte[] request = request(prompt);
    Optional<ChatReply> kept = cache.flatMap(replies -> replies.get(url, request));
    if (kept.isPresent()) {
      return kept.get();
    }
    ChatReply reply = read(ask(request));
    cache.ifPresent(replies -> replies.put(url, request, reply));
    return reply;
  }

  private byte[] request(ChatPrompt prompt) {
    ObjectNode request = JSON.createObjectNode();
    request.put("model", settings.model);
    ArrayNode messages = request.putArray("messages");
    if (!prompt.system().isEmpty()) {
      messages.addObject().put("role", "system").put("content", prompt.system());
    }
    messages.addObject().put("role", "user").put("content", prompt.user());
    request.put("temperature", 0);
    request.put("seed", settings.seed);
    request.put("max_tokens", settings.maxTokens);
    try {
      return JSON.writeValueAsBytes(request);
    } catch (JacksonException e) {
      throw new EngineBugException("a request cannot be written as JSON", e);
    }
  }

  private String ask(byte[] request) {
    RetryDelay delay = new RetryDelay(settings.attempts);
    try {
      while (true) {
        EndpointException failure;
        Optional<String> retryAfter = Optional.empty();
        try {
          HttpPost.Answer answer = post.send(request);
          if (answer.status() == 200) {
            return answer.body();
          }
          failure = failure(answer.status(), said(answer.body()), null);
          if (!RetryDelay.isPassing(answer.status())) {
            throw failure;
          }
          retryAfter = answer.retryAfter();
        } catch (IOException e) {
          failure = failure(0, e.getMessage(), e);
        }
        settings.pause.millis(delay.next(failure, retryAfter));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure(0, "interrupted", e);
    }
  }

  private ChatReply read(String body) {
    try {
      JsonNode choice = JSON.readTree(body).path("choices").path(0);
      JsonNode content = choice.path("message").path("content");
      if (!choice.isObject() || !(content.isTextual() || content.isNull())) {
        throw failure(200, "no choices[0].message.content in " + said(body), null);
      }
      boolean complete = !"length".equals(choice.path("finish_reason").asText());
      return new ChatReply(content.isNull() ? "" : content.textValue(), complete);
    } catch (JacksonException e) {
      throw failure(200, "no JSON: " + said(body), e);
    }
  }

  private EndpointException failure(int status, String what, Throwable cause) {
    return new EndpointException(url, status, what, cause);
  }

  /** What a server says may repeat the key. */
  private String said(String body) {
    String text = key.map(secret -> body.replace(secret, "[key]")).orElse(body);
    return Shortened.text(text.strip().replaceAll("\\s+", " "));
  }
}
