package org.tune4j.engine.preflight.privacy;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What should rather not be learned. */
public enum PrivateKind {
  EMAIL(false),
  /** Mobile numbers of mainland China, and any number that is written with + and country code. */
  PHONE(false),
  CREDIT_CARD(false),
  IBAN(false),
  /** Number of a Chinese resident identity card. */
  CN_RESIDENT_ID(false),
  US_SSN(false),
  IPV4(false),
  IPV6(false),
  AWS_KEY(true),
  GITHUB_TOKEN(true),
  GOOGLE_KEY(true),
  OPENAI_KEY(true),
  SLACK_TOKEN(true),
  JWT(true),
  PRIVATE_KEY(true);

  private final boolean secret;

  PrivateKind(boolean secret) {
    this.secret = secret;
  }

  /** Whether it opens a door; otherwise it is about a person. */
  public boolean isSecret() {
    return secret;
  }

  /** The name in files and messages. */
  @JsonValue
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
