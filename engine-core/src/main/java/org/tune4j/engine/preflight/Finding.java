package org.tune4j.engine.preflight;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What a check found.
 *
 * @param key the check; naming it allows what it refuses
 * @param reason what was found, in one sentence; never a text of the data
 * @param overridden whether it was refused and the user allowed it
 */
public record Finding(String key, Level level, String reason, boolean overridden) {
  /** How bad it is. */
  public enum Level {
    /** As it should be. */
    @JsonProperty("ok")
    OK,
    /** May be meant, and rarely is. */
    @JsonProperty("warn")
    WARN,
    /** Cannot be meant. */
    @JsonProperty("refuse")
    REFUSE
  }

  static Finding ok(String key, String reason) {
    return new Finding(key, Level.OK, reason, false);
  }

  static Finding warn(String key, String reason) {
    return new Finding(key, Level.WARN, reason, false);
  }

  static Finding refuse(String key, String reason) {
    return new Finding(key, Level.REFUSE, reason, false);
  }

  /** The same, allowed by the user. */
  Finding allowed() {
    return new Finding(key, Level.WARN, reason + "; allowed by preflight_allow", true);
  }
}
