package org.tune4j.rlhf.reward.verify;

import org.tune4j.engine.ConfigException;

/**
 * What a program under test may use.
 *
 * @param seconds of time, and of one core's work, its compilation included
 * @param heapMiB of Java's heap
 * @param outputBytes that it may print
 * @param processes that it may have, threads included, where the system can limit them
 */
public record SandboxLimits(int seconds, int heapMiB, int outputBytes, int processes) {
  /** 20 seconds, 256 MiB, 64 KiB, 128 processes. */
  public static final SandboxLimits DEFAULT = new SandboxLimits(20, 256, 1 << 16, 128);

  private static final int LEAST_PROCESSES = 48;
  private static final int LEAST_HEAP = 32;

  public SandboxLimits {
    if (seconds < 1 || outputBytes < 1024) {
      throw new ConfigException(
          "sandbox: wanted at least 1 second and 1024 bytes of output, found %d and %d"
              .formatted(seconds, outputBytes));
    }
    if (heapMiB < LEAST_HEAP || processes < LEAST_PROCESSES) {
      throw new ConfigException(
          "sandbox: the compiler needs %d MiB and %d threads, found %d and %d"
              .formatted(LEAST_HEAP, LEAST_PROCESSES, heapMiB, processes));
    }
  }
}
