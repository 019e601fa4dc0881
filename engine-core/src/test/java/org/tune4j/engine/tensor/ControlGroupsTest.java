package org.tune4j.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlGroupsTest {
  @TempDir Path folder;

  private ControlGroups groups(String own) throws IOException {
    Path file = Files.writeString(folder.resolve("own"), own);
    return new ControlGroups(Files.createDirectories(folder.resolve("mounted")), file);
  }

  private void group(String path, String limitFile, String limit, String stat) throws IOException {
    Path group = Files.createDirectories(folder.resolve("mounted").resolve(path));
    Files.writeString(group.resolve(limitFile), limit + "\n");
    Files.writeString(group.resolve("memory.stat"), stat);
  }

  @Test
  void theTightestGroupOfVersion1Counts() throws IOException {
    ControlGroups groups = groups("5:devices:/\n4:cpu,memory:/outer/inner\n0::/\n");
    group("memory", "memory.limit_in_bytes", "9223372036854771712", "total_rss 900\n");
    group("memory/outer", "memory.limit_in_bytes", "1000", "total_rss 500\n");
    group("memory/outer/inner", "memory.limit_in_bytes", "800", "total_rss 300\n");
    // 200 of the outer group's 500 bytes, and none of the inner one's, are of other processes.
    assertThat(groups.room(300)).isEqualTo(800);
    assertThat(groups.room(100)).isEqualTo(600);
  }

  @Test
  void theTightestGroupOfVersion2Counts() throws IOException {
    ControlGroups groups = groups("0::/outer/inner\n");
    group("outer", "memory.max", "700", "anon 100\nfile 5000\n");
    group("outer/inner", "memory.max", "max", "anon 100\nfile 5000\n");
    assertThat(groups.room(100)).isEqualTo(700);
  }

  @Test
  void aContainerSeesOnlyItsRoot() throws IOException {
    ControlGroups groups = groups("0::/of/the/host\n");
    group(".", "memory.max", "4096", "anon 96\n");
    assertThat(groups.room(0)).isEqualTo(4000);
  }

  @Test
  void withoutGroupsThereIsNoLimit() throws IOException {
    assertThat(groups("").room(1)).isEqualTo(Long.MAX_VALUE);
    assertThat(groups("nonsense\n4:memory:/gone\n0::/\n").room(1)).isEqualTo(Long.MAX_VALUE);
    assertThat(new ControlGroups(folder.resolve("no"), folder.resolve("no")).room(1))
        .isEqualTo(Long.MAX_VALUE);
  }
}
