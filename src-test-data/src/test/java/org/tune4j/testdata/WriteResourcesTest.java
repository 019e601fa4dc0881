package org.tune4j.testdata;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WriteResourcesTest {
  @Test
  void committedResourcesAreWrittenAgainByteForByte(@TempDir Path folder) throws IOException {
    WriteResources.writeTo(folder);
    List<String> written = files(folder);
    for (String file : written) {
      assertThat(Files.readAllBytes(folder.resolve(file)))
          .as(file)
          .isEqualTo(TestResources.bytes(file));
    }
    assertThat(written).hasSize(DemoFiles.BASE_FILES.size() + DemoFiles.DATA_FILES.size());
  }

  @Test
  void demoFilesCopiesWhatWasWritten(@TempDir Path written, @TempDir Path copied)
      throws IOException {
    WriteResources.writeTo(written);
    DemoFiles.copyTo(copied);
    DemoFiles.copyTo(copied);
    List<String> expected = files(written);
    assertThat(files(copied)).filteredOn(f -> !f.endsWith(DemoFiles.WEIGHTS)).isEqualTo(expected);
    for (String file : expected) {
      assertThat(copied.resolve(file)).hasSameBinaryContentAs(written.resolve(file));
    }
    assertThat(Files.exists(copied.resolve("demo-base/model.safetensors")))
        .isEqualTo(DemoFiles.hasWeights());
  }

  @Test
  void committedResourcesWithoutWeightsAreSmall() throws IOException {
    long size = 0;
    for (String name : DemoFiles.BASE_FILES) {
      size += TestResources.bytes("demo-base/" + name).length;
    }
    for (String name : DemoFiles.DATA_FILES) {
      size += TestResources.bytes("demo/" + name).length;
    }
    assertThat(size).isLessThan(3_000_000);
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths
          .filter(Files::isRegularFile)
          .map(path -> folder.relativize(path).toString().replace('\\', '/'))
          .sorted()
          .toList();
    }
  }
}
