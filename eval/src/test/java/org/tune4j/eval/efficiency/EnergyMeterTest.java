package org.tune4j.eval.efficiency;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counters in a folder like the kernel's. */
class EnergyMeterTest {
  private static final long RANGE = 262_143_328_850L;

  @TempDir Path powercap;

  @BeforeEach
  void processorWithCoresAndMemory() throws IOException {
    zone("intel-rapl:0", "package-0", 5_000_000);
    zone("intel-rapl:0:0", "core", 0);
    zone("intel-rapl:0:1", "dram", 1_000_000);
    zone("intel-rapl:1", "package-1", RANGE - 2_000_000);
    zone("intel-rapl:2", "psys", 0);
    zone("intel-rapl-mmio:0", "package-0", 0);
    Files.createDirectory(powercap.resolve("dtpm"));
  }

  private void zone(String folder, String name, long microjoules) throws IOException {
    Path zone = Files.createDirectory(powercap.resolve(folder));
    Files.writeString(zone.resolve("name"), name + "\n");
    Files.writeString(zone.resolve("max_energy_range_uj"), RANGE + "\n");
    count(folder, microjoules);
  }

  private void count(String folder, long microjoules) throws IOException {
    Files.writeString(powercap.resolve(folder).resolve("energy_uj"), microjoules + "\n");
  }

  @Test
  void packagesAndMemoryAreAddedUpAndNothingTwice() throws IOException {
    EnergyMeter meter = EnergyMeter.of(powercap);
    count("intel-rapl:0", 6_000_000); // before the start
    meter.start();
    count("intel-rapl:0", 9_000_000);
    count("intel-rapl:0:0", 2_000_000);
    count("intel-rapl:0:1", 1_500_000);
    count("intel-rapl:2", 7_000_000);
    count("intel-rapl-mmio:0", 3_000_000);
    meter.sample();
    assertThat(meter.reading().joules()).hasValue(3.5);
    assertThat(meter.reading().missing()).isEmpty();
  }

  @Test
  void aCounterThatBeginsAnewGoesOn() throws IOException {
    EnergyMeter meter = EnergyMeter.of(powercap);
    meter.start();
    count("intel-rapl:1", 500_000);
    meter.sample();
    assertThat(meter.reading().joules()).hasValue(2.5);
    count("intel-rapl:1", RANGE);
    meter.sample();
    count("intel-rapl:1", 0);
    meter.sample();
    assertThat(meter.reading().joules()).hasValue((RANGE + 2_000_000) / 1e6);
  }

  @Test
  void withoutCountersThereIsAReasonAndNoFigure() throws IOException {
    EnergyMeter nowhere = EnergyMeter.of(powercap.resolve("none"));
    nowhere.start();
    nowhere.sample();
    assertThat(nowhere.reading().joules()).isEmpty();
    assertThat(nowhere.reading().missing().orElseThrow()).contains("none: is not there");
    Path empty = Files.createDirectory(powercap.resolve("empty"));
    assertThat(EnergyMeter.of(empty).reading().missing().orElseThrow())
        .contains("has no counter of a processor");
  }

  @Test
  void counterThatCannotBeReadIsAReason() throws IOException {
    EnergyMeter meter = EnergyMeter.of(powercap);
    meter.start();
    Files.delete(powercap.resolve("intel-rapl:0/energy_uj"));
    meter.sample();
    assertThat(meter.reading().joules()).isEmpty();
    assertThat(meter.reading().missing().orElseThrow()).contains("intel-rapl:0/energy_uj");
    count("intel-rapl:0", 1);
    Files.writeString(powercap.resolve("intel-rapl:1/energy_uj"), "much");
    assertThat(EnergyMeter.of(powercap).reading().missing().orElseThrow())
        .contains("wanted a whole number, found 'much'");
  }
}
