package org.tune4j.eval.sink;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.mlflow.tracking.creds.BasicMlflowHostCreds;

/** Who logs on to a tracking server, by the environment variables of MLflow's Python client. */
final class MlflowCredentials {
  private final Optional<String> token;
  private final Optional<String> user;
  private final Optional<String> password;

  MlflowCredentials(Map<String, String> environment) {
    this.token = Optional.ofNullable(environment.get("MLFLOW_TRACKING_TOKEN"));
    this.user = Optional.ofNullable(environment.get("MLFLOW_TRACKING_USERNAME"));
    this.password = Optional.ofNullable(environment.get("MLFLOW_TRACKING_PASSWORD"));
  }

  /** For the Java client, which looks at none of them itself. */
  BasicMlflowHostCreds at(String server) {
    return token.isPresent()
        ? new BasicMlflowHostCreds(server, token.get())
        : new BasicMlflowHostCreds(server, user.orElse(null), password.orElse(null));
  }

  /** A header's value; empty for nobody. */
  Optional<String> authorization() {
    if (token.isPresent()) {
      return token.map(text -> "Bearer " + text);
    }
    return user.flatMap(
        name ->
            password.map(
                word -> {
                  byte[] both = (name + ":" + word).getBytes(StandardCharsets.UTF_8);
                  return "Basic " + Base64.getEncoder().encodeToString(both);
                }));
  }
}
