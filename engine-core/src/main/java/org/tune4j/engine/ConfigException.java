package org.tune4j.engine;

/**
 * A configuration value, option or call argument cannot be used; names the key, the value and what
 * is allowed.
 */
public class ConfigException extends Tune4jException {
  public ConfigException(String message) {
    super(message);
  }

  public ConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}
