package org.tune4j.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.faults.Kept;
import org.tune4j.engine.faults.PowerLoss;
import org.tune4j.engine.faults.Trace;

class DurableFolderTest {
  @TempDir Path real;

  @Test
  void whatWasMadeSurvivesALossOfPower() throws IOException {
    Path root = Files.createDirectory(real.resolve("root"));
    Trace trace = new Trace();
    DurableFolder.make(trace.path(root).resolve("a/b/c"));
    DurableFolder.make(trace.path(root).resolve("a/b/c"));
    PowerLoss loss = new PowerLoss(trace, root);
    while (loss.next()) {}
    loss.leave(real.resolve("left"), Kept.NONE, Kept.NONE, 0);
    assertThat(real.resolve("left/a/b/c")).isEmptyDirectory();
  }

  @Test
  void aFileInTheWayIsNamed() throws IOException {
    Path file = Files.writeString(real.resolve("file"), "");
    assertThatThrownBy(() -> DurableFolder.make(file.resolve("run")))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("file/run: cannot be made");
  }
}
