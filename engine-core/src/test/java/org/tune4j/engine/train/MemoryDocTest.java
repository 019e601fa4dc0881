package org.tune4j.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** {@code docs/memory.md} has the exclusions that the code refuses, and no others. */
final class MemoryDocTest {
  @Test
  void theTableOfExclusionsIsThatOfTheCode() throws IOException {
    String text = Files.readString(Path.of("../docs/memory.md"));
    String section = text.substring(text.indexOf("## What excludes what"));
    assertThat(
            section
                .lines()
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.startsWith("| `")))
        .containsExactlyElementsOf(
            Arrays.stream(MemoryExclusion.values()).map(MemoryExclusion::row).toList());
  }
}
