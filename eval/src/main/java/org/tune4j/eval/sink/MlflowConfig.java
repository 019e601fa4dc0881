package org.tune4j.eval.sink;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tune4j.engine.ConfigException;

/**
 * Where MLflow keeps a run, and what it is told of it at the start. Who logs on does so by MLflow's
 * own environment variables: {@code MLFLOW_TRACKING_TOKEN}, or {@code MLFLOW_TRACKING_USERNAME} and
 * {@code MLFLOW_TRACKING_PASSWORD}.
 *
 * @param trackingUri of the server, with {@code http} or {@code https}
 * @param experiment its name; made if it is not there
 * @param runName the run's name
 * @param parameters by name; what is longer than {@value #LONGEST_VALUE} characters is cut there
 * @param tags by name; the same
 */
public record MlflowConfig(
    String trackingUri,
    String experiment,
    String runName,
    Map<String, String> parameters,
    Map<String, String> tags) {
  /** The longest value that an MLflow server takes. */
  private static final int LONGEST_VALUE = 6000;

  /**
   * What MLflow is told.
   *
   * @throws ConfigException as {@link #address}
   */
  public MlflowConfig {
    trackingUri = address(trackingUri);
    parameters = cut(parameters);
    tags = cut(tags);
  }

  private static Map<String, String> cut(Map<String, String> values) {
    Map<String, String> cut = new LinkedHashMap<>();
    values.forEach(
        (name, value) ->
            cut.put(name, value.substring(0, Math.min(value.length(), LONGEST_VALUE))));
    return cut;
  }

  /**
   * The address of a tracking server, without slashes at its end.
   *
   * @throws ConfigException if it is none, or has a password in it, which would be written down
   *     with the run's configuration
   */
  public static String address(String text) {
    try {
      URI uri = new URI(text.strip().replaceAll("/+$", ""));
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (web && uri.getHost() != null && uri.getRawQuery() == null && uri.getUserInfo() == null) {
        return uri.toString();
      }
    } catch (URISyntaxException e) {
      // Refused below, without what may be a password.
    }
    throw new ConfigException(
        "MLflow's tracking URI: wanted http://HOST:PORT or https://HOST, without user or password"
            + " (MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD take these)");
  }
}
