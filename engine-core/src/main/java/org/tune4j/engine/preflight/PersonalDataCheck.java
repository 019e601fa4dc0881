package org.tune4j.engine.preflight;

import java.util.Optional;

/** Addresses and numbers of persons. */
final class PersonalDataCheck implements Check {
  @Override
  public String key() {
    return "personal_data";
  }

  @Override
  public Optional<Finding> judge(Measured measured) {
    return Optional.of(PrivateFinding.of(key(), measured.privateData(), false));
  }
}
