package org.tune4j.engine.misuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MisuseTest {
  @TempDir Path folder;

  @Test
  void noMisuseKillsTheJvmAndEachSaysWhatIsWrong() throws Exception {
    Map<String, String> outcomes = MisuseRun.outcomes(MisuseProgram.class, folder);
    assertThat(MisuseRun.faults(outcomes)).isEmpty();
    assertThat(outcomes).hasSizeGreaterThanOrEqualTo(200);
  }
}
