package org.tune4j.engine.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tune4j.engine.data.source.Reading.all;
import static org.tune4j.engine.data.source.Reading.gzip;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.Tune4jException;
import org.tune4j.engine.faults.FailingDisk;
import org.tune4j.engine.faults.Fault;

/** Files of rows of which any operation fails: all rows are read, or it is said why not. */
class RowsOnFailingDisksTest {
  @TempDir Path real;

  private static List<Row> rows(Path folder) {
    BadRows bad = new BadRows(BadRows.Policy.FAIL);
    try (RowTable table = RowTables.of(bad, 0, new DataFiles().open(folder))) {
      return all(table);
    }
  }

  @Test
  void noRowIsLostInSilence() throws IOException {
    String lines = "{\"a\":1}\n{\"a\":2}\n".repeat(5_000);
    Files.writeString(real.resolve("a.jsonl"), lines);
    Files.write(real.resolve("b.jsonl.gz"), gzip(lines.getBytes(StandardCharsets.UTF_8)));
    Files.writeString(real.resolve("c.csv"), "a\n3\n4\n");
    Files.writeString(real.resolve("d.json"), "[{\"a\":5}]");
    FailingDisk sound = FailingDisk.sound(Fault.INPUT_OUTPUT);
    List<Row> all = rows(sound.path(real));
    assertThat(all).hasSize(20_003).isEqualTo(rows(real));
    int refused = 0;
    for (int at = 1; at <= sound.operations(); at++) {
      FailingDisk disk = new FailingDisk(Fault.INPUT_OUTPUT, at, false);
      try {
        assertThat(rows(disk.path(real))).as(disk.failed()).isEqualTo(all);
      } catch (Tune4jException e) {
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }
}
