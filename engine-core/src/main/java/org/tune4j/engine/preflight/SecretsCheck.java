package org.tune4j.engine.preflight;

import java.util.Optional;

/** Keys and tokens that open something. */
final class SecretsCheck implements Check {
  @Override
  public String key() {
    return "secrets";
  }

  @Override
  public Optional<Finding> judge(Measured measured) {
    return Optional.of(PrivateFinding.of(key(), measured.privateData(), true));
  }
}
