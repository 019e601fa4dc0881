package org.tune4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.StorageException;

class StrictYamlTest {
  @TempDir Path folder;

  private void assertRefused(byte[] content, String... parts) throws IOException {
    Path file = Files.write(folder.resolve("a.yaml"), content);
    assertThatThrownBy(() -> StrictYaml.read(file))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("a.yaml")
        .hasMessageContainingAll(parts);
  }

  @Test
  void readsYamlAndJson() throws IOException {
    Path file = Files.writeString(folder.resolve("a.yaml"), "a: 1\nb: [x]\n");
    assertThat(StrictYaml.read(file).path("b").path(0).asText()).isEqualTo("x");
    Files.writeString(file, "{\"a\": {\"b\": null}}");
    assertThat(StrictYaml.read(file).path("a").path("b").isNull()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a: &x 1\nb: *x\n", "a: !!java.net.URL [x]\n", "a: !x 1\n"})
  void refusesReferences(String yaml) throws IOException {
    assertRefused(yaml.getBytes(), "line ", "write the value itself");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a: 1\na: 2\n", "a: [1\n", "a: 1\n---\nb: 2\n", "\ta: 1"})
  void refusesWhatIsNotOneDocument(String yaml) throws IOException {
    assertRefused(yaml.getBytes(), "no valid YAML");
  }

  @Test
  void refusesBytesAndSizes() throws IOException {
    assertRefused(new byte[] {'a', ':', (byte) 0xff}, "UTF-8");
    assertRefused("a".repeat((1 << 20) + 1).getBytes(), "at most 1048576 bytes");
    assertRefused("- a\n".getBytes(), "wanted keys with values, found array");
    assertRefused(("a: " + "[".repeat(5000)).getBytes(), "no valid YAML");
    assertThatThrownBy(() -> StrictYaml.read(folder)).isInstanceOf(StorageException.class);
  }

  @Test
  void refusesUnknownKeys() throws IOException {
    Path file = Files.writeString(folder.resolve("a.yaml"), "fgure: 1\n");
    assertThatThrownBy(
            () ->
                StrictYaml.refuseUnknown("here", StrictYaml.read(file), List.of("figure", "task")))
        .isInstanceOf(ConfigException.class)
        .hasMessage("here: unknown key fgure; the nearest is figure");
  }
}
