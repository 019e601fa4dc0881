package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.misuse.MisuseRun;

class LoraMisuseTest {
  @TempDir Path folder;

  @Test
  void noMisuseKillsTheJvmAndEachSaysWhatIsWrong() throws Exception {
    Map<String, String> outcomes = MisuseRun.outcomes(LoraMisuseProgram.class, folder);
    assertThat(MisuseRun.faults(outcomes)).isEmpty();
    assertThat(outcomes).hasSizeGreaterThanOrEqualTo(30);
  }
}
