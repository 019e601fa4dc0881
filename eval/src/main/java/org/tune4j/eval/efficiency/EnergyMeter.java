package org.tune4j.eval.efficiency;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * The energy that the machine's processors and their memory took, by RAPL's counters of Intel and
 * AMD as Linux shows them below {@code /sys/class/powercap}. All processes count, not this one
 * alone.
 */
public final class EnergyMeter {
  private static final Path POWERCAP = Path.of("/sys/class/powercap");

  /** A package holds its cores; memory is counted apart; psys, the platform, holds them all. */
  private static final String COUNTED = "package-.*|dram";

  private final List<Zone> zones = new ArrayList<>();
  private String missing;

  /** A counter in microjoules that begins anew behind its range. */
  private static final class Zone {
    private final Path counter;
    private final long range;
    private long last;
    private long sum;

    Zone(Path folder) throws IOException {
      this.counter = folder.resolve("energy_uj");
      this.range = number(folder.resolve("max_energy_range_uj"));
      start();
    }

    void start() throws IOException {
      last = number(counter);
      sum = 0;
    }

    void sample() throws IOException {
      long now = number(counter);
      sum += now >= last ? now - last : now + (range - last);
      last = now;
    }
  }

  /**
   * What was measured.
   *
   * @param joules empty where it could not be
   * @param missing why it could not be measured; empty where it was
   */
  public record Reading(OptionalDouble joules, Optional<String> missing) {}

  private EnergyMeter() {}

  /** The counters of this machine, if there are any that may be read. */
  public static EnergyMeter ofMachine() {
    return of(POWERCAP);
  }

  /** The counters below a folder. */
  static EnergyMeter of(Path powercap) {
    EnergyMeter meter = new EnergyMeter();
    if (!Files.isDirectory(powercap)) {
      meter.missing = powercap + ": is not there, so the system shows no counters of energy";
      return meter;
    }
    try (Stream<Path> children = Files.list(powercap)) {
      List<Path> folders =
          children
              .filter(each -> each.getFileName().toString().matches("intel-rapl:\\d+(:\\d+)?"))
              .sorted()
              .toList();
      for (Path folder : folders) {
        if (Files.readString(folder.resolve("name")).strip().matches(COUNTED)) {
          meter.zones.add(new Zone(folder));
        }
      }
      if (meter.zones.isEmpty()) {
        meter.missing = powercap + ": has no counter of a processor (intel-rapl:N, package-N)";
      }
    } catch (IOException e) {
      meter.fail(e);
    }
    return meter;
  }

  private static long number(Path file) throws IOException {
    String text = Files.readString(file).strip();
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IOException(file + ": wanted a whole number, found '" + text + "'", e);
    }
  }

  private void fail(IOException e) {
    missing =
        e instanceof AccessDeniedException
            ? e.getMessage() + ": may not be read (Linux shows it to root alone)"
            : "cannot be read: " + e.getMessage();
  }

  /** Begins to measure. */
  synchronized void start() {
    each(Zone::start);
  }

  /**
   * Looks at the counters, which is needed before any of them has run through its range twice: that
   * takes minutes.
   */
  synchronized void sample() {
    each(Zone::sample);
  }

  private interface Step {
    void take(Zone zone) throws IOException;
  }

  private void each(Step step) {
    try {
      if (missing == null) {
        for (Zone zone : zones) {
          step.take(zone);
        }
      }
    } catch (IOException e) {
      fail(e);
    }
  }

  /** What was taken between the start and the latest sample. */
  synchronized Reading reading() {
    if (missing != null) {
      return new Reading(OptionalDouble.empty(), Optional.of(missing));
    }
    long sum = zones.stream().mapToLong(zone -> zone.sum).sum();
    return new Reading(OptionalDouble.of(sum / 1e6), Optional.empty());
  }
}
