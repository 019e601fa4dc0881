package org.tune4j.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tune4j.engine.checkpoint.SafetensorsFixture.raw;
import static org.tune4j.engine.checkpoint.SafetensorsFixture.read;
import static org.tune4j.engine.checkpoint.SafetensorsFixture.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;

class SafetensorsFileTest {
  @TempDir Path folder;
  private Path path;
  private byte[] w;

  @BeforeEach
  void writeFile() {
    path = folder.resolve("model.safetensors");
    w = new byte[24];
    ThreadLocalRandom.current().nextBytes(w);
    SafetensorsWriter.write(
        path,
        Map.of("format", "pt"),
        List.of(
            tensor("w", StoredType.F32, w, 2, 3), tensor("b", StoredType.I8, new byte[] {5}, 1)));
  }

  @Test
  void givesBackWhatWasWritten() {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.metadata()).containsExactly(Map.entry("format", "pt"));
      assertThat(file.tensors().values())
          .containsExactly(
              new TensorInfo("w", StoredType.F32, new long[] {2, 3}, 0, 24),
              new TensorInfo("b", StoredType.I8, new long[] {1}, 24, 25));
      assertThat(read(file, "w")).isEqualTo(w);
      ByteBuffer middle = ByteBuffer.allocateDirect(8);
      file.read("w", 4, middle);
      assertThat(middle.flip()).isEqualTo(ByteBuffer.wrap(w, 4, 8));
    }
  }

  @Test
  void readsBeyondATensorAreRefused() {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      ByteBuffer two = ByteBuffer.allocate(2);
      assertThatThrownBy(() -> file.read("b", 0, two)).isInstanceOf(ConfigException.class);
      assertThatThrownBy(() -> file.read("w", -1, two)).isInstanceOf(ConfigException.class);
      assertThatThrownBy(() -> file.read("w", Long.MAX_VALUE, two))
          .isInstanceOf(ConfigException.class);
      assertThatThrownBy(() -> file.read("x", 0, two))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("'x'")
          .hasMessageContaining(path.toString());
    }
  }

  @Test
  void everyCutIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(path);
    for (int length = 0; length < whole.length; length++) {
      Files.write(path, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> SafetensorsFile.open(path))
          .as("cut to %d bytes", length)
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining(path.toString());
    }
  }

  @Test
  void aFileThatIsCutWhileOpenGivesAnException() throws IOException {
    byte[] whole = Files.readAllBytes(path);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      Files.write(path, Arrays.copyOf(whole, whole.length - 3));
      assertThatThrownBy(() -> read(file, "w"))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("has " + (whole.length - 3) + " now");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.bin", "model.pt", "MODEL.PTH", "x.ckpt", "x.pkl"})
  void picklesAreRefusedByName(String name) {
    assertThatThrownBy(() -> SafetensorsFile.open(folder.resolve(name)))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("pickle");
  }

  @Test
  void picklesAndPointersUnderAFalseNameAreExplained() throws IOException {
    Files.write(path, new byte[] {'P', 'K', 3, 4, 0, 0, 0, 0, 1, 1});
    assertThatThrownBy(() -> SafetensorsFile.open(path)).hasMessageContaining("zip");
    Files.write(path, new byte[] {(byte) 0x80, 2, '}', 'q', 0, '.', 0, 1, 1});
    assertThatThrownBy(() -> SafetensorsFile.open(path)).hasMessageContaining("pickle");
    Files.writeString(path, "version https://git-lfs.github.com/spec/v1\n");
    assertThatThrownBy(() -> SafetensorsFile.open(path)).hasMessageContaining("git-lfs");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[]0,0]}}",
        "{\"a\":[]\"U8\",[0],[0,0]]}",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0],\"x\":1e999}}"
      })
  void malformedHeadersAreRefused(String header) throws IOException {
    raw(path, header, 0);
    assertThatThrownBy(() -> SafetensorsFile.open(path)).isInstanceOf(ModelFormatException.class);
  }

  @Test
  void headersMadeToFillMemoryAreRefused() throws IOException {
    StringBuilder tensors = new StringBuilder("{\"\":[\"U8\",[0],[0,0]]");
    StringBuilder metadata = new StringBuilder("{\"__metadata__\":{\"\":\"\"");
    for (int i = 0; i < 100_000; i++) {
      tensors.append(",\"").append(i).append("\":[\"U8\",[0],[0,0]]");
      metadata.append(",\"").append(i).append("\":\"\"");
    }
    String dimensions = "{\"a\":[\"U8\",[0" + ",1".repeat(100_000) + "],[0,0]]}";
    for (String header : List.of(tensors + "}", metadata + "}}", dimensions)) {
      raw(path, header, 0);
      assertThatThrownBy(() -> SafetensorsFile.open(path))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageMatching("(?s).*(memory|dimensions).*");
    }
  }

  @Test
  void aLargeHonestHeaderOpens() throws IOException {
    StringBuilder header = new StringBuilder("{\"a\":{\"dtype\":\"U8\",\"shape\":[],");
    header.append("\"data_offsets\":[0,1]}");
    for (int i = 1; i < 20_000; i++) {
      header.append(",\"").append(i).append("\":{\"dtype\":\"U8\",\"shape\":[],");
      header.append("\"data_offsets\":[").append(i).append(',').append(i + 1).append("]}");
    }
    raw(path, header + "}", 20_000);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.tensors()).hasSize(20_000);
    }
  }
}
