package org.tune4j.eval.judge;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Posts JSON to one address. Redirects are not followed: a key goes nowhere else. */
final class HttpPost {
  /** The longest answer that is read. */
  private static final int MOST_BYTES = 16 << 20;

  private static final Duration CONNECT = Duration.ofSeconds(10);

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT).build();
  private final URI uri;
  private final Optional<String> key;
  private final Duration timeout;

  /**
   * An address.
   *
   * @param key goes along as a bearer's token
   * @param timeout from the request to the end of the answer
   */
  HttpPost(URI uri, Optional<String> key, Duration timeout) {
    this.uri = uri;
    this.key = key;
    this.timeout = timeout;
  }

  /** What came back. */
  record Answer(int status, Optional<String> retryAfter, String body) {}

  /**
   * Posts.
   *
   * @throws IOException if no whole answer came in time
   */
  Answer send(byte[] json) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(json));
    key.ifPresent(token -> request.header("Authorization", "Bearer " + token));
    // A timeout of the request itself would end with the headers.
    CompletableFuture<HttpResponse<byte[]>> future =
        client.sendAsync(request.build(), info -> new LimitedBody());
    try {
      HttpResponse<byte[]> response = future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      return new Answer(
          response.statusCode(),
          response.headers().firstValue("Retry-After"),
          new String(response.body(), StandardCharsets.UTF_8));
    } catch (TimeoutException e) {
      throw new IOException("no answer within " + timeout.toMillis() / 1000.0 + " s", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      String what = cause.getMessage() == null ? cause.toString() : cause.getMessage();
      throw new IOException("no answer: " + what, cause);
    } finally {
      future.cancel(true);
    }
  }

  /** The bytes of an answer, as long as they are not too many. */
  private static final class LimitedBody implements BodySubscriber<byte[]> {
    private final BodySubscriber<byte[]> bytes = BodySubscribers.ofByteArray();
    private Subscription subscription;
    private long size;

    @Override
    public CompletionStage<byte[]> getBody() {
      return bytes.getBody();
    }

    @Override
    public void onSubscribe(Subscription value) {
      subscription = value;
      bytes.onSubscribe(value);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      size += buffers.stream().mapToLong(ByteBuffer::remaining).sum();
      if (size > MOST_BYTES) {
        subscription.cancel();
        bytes.onError(new IOException("an answer of more than " + MOST_BYTES + " bytes"));
      } else {
        bytes.onNext(buffers);
      }
    }

    @Override
    public void onError(Throwable throwable) {
      bytes.onError(throwable);
    }

    @Override
    public void onComplete() {
      bytes.onComplete();
    }
  }
}
