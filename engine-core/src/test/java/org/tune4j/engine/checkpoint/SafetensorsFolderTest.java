package org.tune4j.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tune4j.engine.checkpoint.SafetensorsFixture.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ModelFormatException;

class SafetensorsFolderTest {
  @TempDir Path folder;

  private void shard(String name, String tensor, int value) {
    SafetensorsWriter.write(
        folder.resolve(name),
        Map.of(),
        List.of(tensor(tensor, StoredType.U8, new byte[] {(byte) value}, 1)));
  }

  private void index(String weightMap) throws IOException {
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"metadata\":{\"total_size\":2},\"weight_map\":" + weightMap + "}");
  }

  private void assertRefused(String... inMessage) {
    assertThatThrownBy(() -> SafetensorsFolder.open(folder))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContainingAll(inMessage);
  }

  @Test
  void opensASingleFile() {
    shard("model.safetensors", "a", 7);
    try (SafetensorsFolder model = SafetensorsFolder.open(folder)) {
      assertThat(model.tensors()).containsOnlyKeys("a");
    }
  }

  @Test
  void opensShards() throws IOException {
    shard("model-00001-of-00002.safetensors", "a", 7);
    shard("model-00002-of-00002.safetensors", "b", 8);
    index(
        "{\"a\":\"model-00001-of-00002.safetensors\",\"b\":\"model-00002-of-00002.safetensors\"}");
    try (SafetensorsFolder model = SafetensorsFolder.open(folder)) {
      assertThat(model.tensors()).containsOnlyKeys("a", "b");
      ByteBuffer one = ByteBuffer.allocate(1);
      model.read("b", 0, one);
      assertThat(one.get(0)).isEqualTo((byte) 8);
      assertThatThrownBy(() -> model.read("c", 0, one)).hasMessageContaining("'c'");
    }
  }

  @Test
  void namesTensorsThatIndexAndShardDoNotShare() throws IOException {
    shard("one.safetensors", "a", 7);
    index("{\"b\":\"one.safetensors\"}");
    assertRefused("one.safetensors", "not in the shard 1 [b]", "not listed for it 1 [a]");
  }

  @Test
  void namesAShardThatIsMissing() throws IOException {
    index("{\"b\":\"one.safetensors\"}");
    assertRefused("one.safetensors", "not in the folder");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"../one.safetensors\"",
        "\"/one.safetensors\"",
        "\"sub/one.safetensors\"",
        "\"C:one.safetensors\"",
        "\"one.safetensors\\u0000\"",
        "\"\"",
        "\"..\"",
        "\"one.bin\"",
        "1",
        "null",
        "{}"
      })
  void shardsOutsideTheFolderAreRefused(String shard) throws IOException {
    index("{\"a\":" + shard + "}");
    assertRefused("weight_map names");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "null", "{\"a\":", "{\"a\":\"x\",\"a\":\"x\"}"})
  void brokenIndexIsRefused(String weightMap) throws IOException {
    index(weightMap);
    assertRefused("model.safetensors.index.json");
  }

  @Test
  void picklesAreNamed() throws IOException {
    assertRefused("no weights");
    Files.createFile(folder.resolve("pytorch_model.bin"));
    assertRefused("pytorch_model.bin", "pickle");
  }
}
