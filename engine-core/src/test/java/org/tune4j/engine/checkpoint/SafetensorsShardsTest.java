package org.tune4j.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;

/** Weights in several files are the weights, divided as the hub's tools divide them. */
class SafetensorsShardsTest {
  @TempDir private Path temporary;

  private static TensorToWrite tensor(String name, long bytes) {
    return new TensorToWrite(
        name,
        StoredType.U8,
        new long[] {bytes},
        (offset, into) -> {
          while (into.hasRemaining()) {
            into.put((byte) (name.hashCode() + offset++));
          }
        });
  }

  private static List<TensorToWrite> tensors(long... sizes) {
    List<TensorToWrite> tensors = new ArrayList<>();
    for (int i = 0; i < sizes.length; i++) {
      tensors.add(tensor("t" + i, sizes[i]));
    }
    return tensors;
  }

  private static List<List<Long>> sizes(List<List<TensorToWrite>> shards) {
    return shards.stream()
        .map(shard -> shard.stream().map(TensorToWrite::byteSize).toList())
        .toList();
  }

  /** The example of huggingface_hub's documentation of split_state_dict_into_shards_factory. */
  @Test
  void dividesAsTheHubSays() {
    assertThat(sizes(SafetensorsShards.divided(tensors(6, 6, 2, 6, 2, 2), 10)))
        .isEqualTo(List.of(List.of(6L), List.of(6L, 2L), List.of(6L, 2L, 2L)));
  }

  /** huggingface_hub 1.x gives [12] first: the shard that is being filled stays open. */
  @Test
  void whatIsLargerThanAShardGetsItsOwn() {
    assertThat(sizes(SafetensorsShards.divided(tensors(3, 12, 4), 10)))
        .isEqualTo(List.of(List.of(12L), List.of(3L, 4L)));
  }

  @Test
  void anyDivisionReadsBackAsTheSameTensors() throws IOException {
    SplittableRandom random = new SplittableRandom(11);
    for (int round = 0; round < 20; round++) {
      List<TensorToWrite> tensors = tensors(random.longs(random.nextInt(1, 12), 1, 400).toArray());
      long most = random.nextLong(1, 900);
      Path folder = temporary.resolve("round" + round);
      AtomicFolder.write(folder, to -> SafetensorsShards.write(to, tensors, most));
      assertSame(folder, tensors);
      assertShards(folder, most);
    }
  }

  private static void assertSame(Path folder, List<TensorToWrite> tensors) {
    try (SafetensorsFolder files = SafetensorsFolder.open(folder)) {
      assertThat(files.tensors()).hasSize(tensors.size());
      for (TensorToWrite tensor : tensors) {
        ByteBuffer wanted = ByteBuffer.allocate((int) tensor.byteSize());
        tensor.source().read(0, wanted);
        ByteBuffer found = ByteBuffer.allocate(wanted.capacity()).order(ByteOrder.LITTLE_ENDIAN);
        files.read(tensor.name(), 0, found);
        assertThat(found.array()).as(tensor.name()).isEqualTo(wanted.array());
      }
    }
  }

  private static void assertShards(Path folder, long most) throws IOException {
    Path index = folder.resolve("model.safetensors.index.json");
    if (!Files.exists(index)) {
      assertThat(folder.resolve("model.safetensors")).exists();
      return;
    }
    assertThat(folder.resolve("model.safetensors")).doesNotExist();
    JsonNode json = new ObjectMapper().readTree(index.toFile());
    long total = 0;
    long shards = 0;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".safetensors")).toList()) {
        try (SafetensorsFile shard = SafetensorsFile.open(file)) {
          long bytes = shard.tensors().values().stream().mapToLong(TensorInfo::byteSize).sum();
          assertThat(bytes <= most || shard.tensors().size() == 1).as(file.toString()).isTrue();
          total += bytes;
          shards++;
        }
      }
    }
    assertThat(json.path("metadata").path("total_size").asLong()).isEqualTo(total);
    String last = "model-%05d-of-%05d.safetensors".formatted(shards, shards);
    assertThat(folder.resolve(last)).exists();
  }

  @Test
  void aSizeOfNothingIsRefused() {
    assertThatThrownBy(() -> SafetensorsShards.divided(tensors(1), 0))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("max_shard_size");
  }

  @Test
  void nothingIsLeftWhenAShardFails() {
    List<TensorToWrite> tensors = new ArrayList<>(tensors(5, 5));
    tensors.add(
        new TensorToWrite(
            "bad",
            StoredType.U8,
            new long[] {5},
            (offset, into) -> {
              throw new ConfigException("no more");
            }));
    Path folder = temporary.resolve("half");
    assertThatThrownBy(
            () -> AtomicFolder.write(folder, to -> SafetensorsShards.write(to, tensors, 5)))
        .hasMessageContaining("no more");
    assertThat(temporary).isEmptyDirectory();
  }
}
