package org.tune4j.engine.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tune4j.engine.data.source.Reading.all;
import static org.tune4j.engine.data.source.Reading.json;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.StorageException;

class SpoolTest {
  @TempDir Path folder;

  private static Row row(int number, int length) {
    return new Row(
        json("{'n':" + number + ",'text':'" + "x".repeat(length) + "'}"), "s" + number / 7, 3);
  }

  @Test
  void rowsBeyondTheMemoryGoToAFileThatLeavesNothing() throws IOException {
    List<Row> rows = new ArrayList<>();
    try (Spool spool = new Spool(10_000, () -> TemporaryFile.in(folder))) {
      for (int i = 0; i < 300; i++) {
        // Some longer than all buffers.
        Row row = row(i, i % 100 == 99 ? 1_000_000 : 10 * i);
        rows.add(row);
        spool.add(row);
      }
      assertThat(spool.inMemory()).isZero();
      try (RowTable table = spool.table()) {
        assertThat(all(table)).isEqualTo(rows);
      }
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void theFileIsItsUsersAlone() throws IOException {
    Assumptions.assumeTrue(
        folder.getFileSystem().supportedFileAttributeViews().contains("posix"),
        "this system has no such rights");
    assertThat(Files.getPosixFilePermissions(TemporaryFile.create(folder)))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void aFullDiskIsToldOf() throws IOException {
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.isWritable(full), "this system has no device that is full");
    try (Spool spool = new Spool(100, () -> TemporaryFile.over(full))) {
      spool.add(row(1, 10));
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 1000; i++) {
                  spool.add(row(i, 10_000));
                }
              })
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("No space left on device")
          .hasMessageContaining("java.io.tmpdir");
    }
    assertThat(full).exists();
  }

  @Test
  void aFolderThatIsNotThereIsToldOf() {
    Path none = folder.resolve("none");
    try (Spool spool = new Spool(0, () -> TemporaryFile.in(none))) {
      assertThatThrownBy(() -> spool.add(row(1, 1)))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining(none.toString())
          .hasMessageContaining("java.io.tmpdir");
    }
  }
}
