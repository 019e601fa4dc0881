package org.tune4j.engine;

/** What a configuration's values have to be. */
public final class Wanted {
  private Wanted() {}

  /**
   * Refuses a value.
   *
   * @param holds whether it is as it has to be
   * @param key its name in configuration files
   * @param wanted what it has to be, in words
   * @throws ConfigException naming key, wanted and found, unless it holds
   */
  public static void require(boolean holds, String key, String wanted, Object found) {
    if (!holds) {
      throw new ConfigException(key + ": wanted " + wanted + ", found " + found);
    }
  }

  /** Whether it is finite and above 0. */
  public static boolean isPositive(double value) {
    return value > 0 && Double.isFinite(value);
  }

  /** Whether it is finite and 0 or above. */
  public static boolean isAtLeastZero(double value) {
    return value >= 0 && Double.isFinite(value);
  }
}
