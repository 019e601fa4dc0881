package org.tune4j.engine.preflight;

import org.tune4j.engine.ConfigException;

/**
 * What a run will take.
 *
 * @param bytesNeeded memory of the process at its peak
 * @param bytesAvailable memory that it can have
 * @param seconds how long it will take; 0 if nobody knows
 * @param steps number of updates
 * @param division how an update is divided; null if nobody knows
 * @param fitting what would fit where this does not; null for nothing
 */
public record Forecast(
    long bytesNeeded,
    long bytesAvailable,
    double seconds,
    long steps,
    Division division,
    Division fitting) {
  /**
   * How an update is divided to fit into memory.
   *
   * @param rowsAtOnce rows of a micro-batch
   * @param recompute whether each block is computed again in the backward pass
   * @param replanned whether this is not what was asked for, which would not have fitted
   * @param changes settings besides, by their names, that are not as they were asked for; empty for
   *     none
   */
  public record Division(int rowsAtOnce, boolean recompute, boolean replanned, String changes) {
    /** A division that changes no other setting. */
    public Division(int rowsAtOnce, boolean recompute, boolean replanned) {
      this(rowsAtOnce, recompute, replanned, "");
    }
  }

  /** A forecast beside which there is no other. */
  public Forecast(
      long bytesNeeded, long bytesAvailable, double seconds, long steps, Division division) {
    this(bytesNeeded, bytesAvailable, seconds, steps, division, null);
  }

  public Forecast {
    if (bytesNeeded < 0 || bytesAvailable <= 0 || !(seconds >= 0) || steps < 0) {
      throw new ConfigException(
          "not a forecast: %d of %d bytes, %s seconds, %d steps"
              .formatted(bytesNeeded, bytesAvailable, seconds, steps));
    }
  }
}
