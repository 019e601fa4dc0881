package org.tune4j.engine.preflight;

import org.tune4j.engine.ConfigException;

/**
 * What a run will take.
 *
 * @param bytesNeeded memory of the process at its peak
 * @param bytesAvailable memory that it can have
 * @param seconds how long it will take; 0 if nobody knows
 * @param steps number of updates
 */
public record Forecast(long bytesNeeded, long bytesAvailable, double seconds, long steps) {
  public Forecast {
    if (bytesNeeded < 0 || bytesAvailable <= 0 || !(seconds >= 0) || steps < 0) {
      throw new ConfigException(
          "not a forecast: %d of %d bytes, %s seconds, %d steps"
              .formatted(bytesNeeded, bytesAvailable, seconds, steps));
    }
  }
}
