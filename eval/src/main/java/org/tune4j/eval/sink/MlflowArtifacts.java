package org.tune4j.eval.sink;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Sends files to the store that a tracking server keeps for its clients. The Java client of MLflow
 * would call its Python client for it.
 */
final class MlflowArtifacts {
  private static final String SCHEME = "mlflow-artifacts";
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration ANSWER = Duration.ofMinutes(5);

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT).build();
  private final String server;
  private final MlflowCredentials credentials;

  MlflowArtifacts(String server, MlflowCredentials credentials) {
    this.server = server;
    this.credentials = credentials;
  }

  /**
   * Sends a file.
   *
   * @param store the run's {@code artifact_uri}
   * @param name below it, with slashes
   * @throws IOException if it was not taken
   */
  void send(String store, Path file, String name) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(target(store, name))
            .timeout(ANSWER)
            .PUT(HttpRequest.BodyPublishers.ofFile(file));
    credentials.authorization().ifPresent(value -> request.header("Authorization", value));
    HttpResponse<Void> response = client.send(request.build(), BodyHandlers.discarding());
    if (response.statusCode() / 100 != 2) {
      throw new IOException(response.uri() + ": status " + response.statusCode());
    }
  }

  private URI target(String store, String name) throws IOException {
    try {
      URI uri = new URI(store);
      if (!SCHEME.equals(uri.getScheme())) {
        throw new IOException(
            store + ": not a store that the server keeps; files are sent to " + SCHEME + ":/ only");
      }
      String path = uri.getPath() + "/" + name;
      String below = new URI(null, null, path, null).getRawPath();
      return URI.create(server + "/api/2.0/mlflow-artifacts/artifacts" + below);
    } catch (URISyntaxException e) {
      throw new IOException(store + ": no place for files: " + e.getMessage(), e);
    }
  }
}
