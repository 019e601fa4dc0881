package org.tune4j.engine.tensor;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** How much memory this process has resident, heap and native together; known on Linux only. */
public final class ProcessMemory {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path REFERENCES = Path.of("/proc/self/clear_refs");
  private static final Path MACHINE = Path.of("/proc/meminfo");

  private ProcessMemory() {}

  /** Bytes resident now. */
  public static OptionalLong residentBytes() {
    return read(STATUS, "VmRSS:");
  }

  /** The most bytes that were resident at once. */
  public static OptionalLong peakResidentBytes() {
    return read(STATUS, "VmHWM:");
  }

  /**
   * Begins {@link #peakResidentBytes} anew, from what is resident now.
   *
   * @return whether the system lets
   */
  public static boolean resetPeak() {
    try {
      Files.writeString(REFERENCES, "5");
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Bytes that this process can have in all: what it has, and what is free; no more than its
   * control groups leave to it. Without Linux, the machine's memory as Java knows it.
   */
  public static long availableBytes() {
    OptionalLong free = read(MACHINE, "MemAvailable:");
    if (free.isEmpty()) {
      return ((com.sun.management.OperatingSystemMXBean)
              ManagementFactory.getOperatingSystemMXBean())
          .getTotalMemorySize();
    }
    long own = read(STATUS, "RssAnon:").orElse(0);
    return Math.max(
        1, Math.min(free.getAsLong() + residentBytes().orElse(0), ControlGroups.HERE.room(own)));
  }

  private static OptionalLong read(Path file, String key) {
    try {
      return Files.readAllLines(file).stream()
          .filter(line -> line.startsWith(key))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }
}
