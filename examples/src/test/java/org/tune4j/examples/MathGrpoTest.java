package org.tune4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.examples.cli.Console;

class MathGrpoTest {
  @TempDir Path folder;

  @Test
  void theExampleRuns() throws IOException {
    Path model = SmallModels.write(folder.resolve("model"), "llama");
    // An update has one step, and a random model solves nothing: no answer teaches.
    assertThat(MathGrpo.run(model, folder, 1, 3, 4, 1, Console.standard()))
        .containsExactly(
            new MathGrpo.Learned(new MathGrpo.Solved(0, 0), new MathGrpo.Solved(0, 0)));
  }
}
