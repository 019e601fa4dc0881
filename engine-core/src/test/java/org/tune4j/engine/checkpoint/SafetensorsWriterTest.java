package org.tune4j.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tune4j.engine.checkpoint.SafetensorsFixture.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.Goldens;
import org.tune4j.engine.StorageException;

class SafetensorsWriterTest {
  @TempDir Path folder;

  /** The header is what safetensors 0.8.0 writes for the same tensors and metadata. */
  @Test
  void layoutIsThatOfTheReferenceWriter() throws IOException {
    Path file = folder.resolve("a.safetensors");
    SafetensorsWriter.write(
        file,
        Map.of("z", "1", "a", "2", "m", "\t\u0001é"),
        List.of(
            tensor("b", StoredType.F32, new byte[8], 2),
            tensor("a", StoredType.F32, new byte[8], 2),
            tensor("\uD83D\uDE00", StoredType.F32, new byte[4], 1),
            tensor("\uFFFF", StoredType.F32, new byte[4], 1),
            tensor("é\"\n\u007f/\u2028", StoredType.F32, new byte[0], 0, 3),
            tensor("h", StoredType.BF16, new byte[2], 1),
            tensor("f16", StoredType.F16, new byte[2], 1),
            tensor("i", StoredType.I64, new byte[8], 1),
            tensor("i32", StoredType.I32, new byte[4]),
            tensor("B", StoredType.BOOL, new byte[] {1, 0, 1}, 3)));
    String header =
        "{\"__metadata__\":{\"a\":\"2\",\"m\":\"\\t\\u0001é\",\"z\":\"1\"},"
            + "\"i\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[16,24]},"
            + "\"é\\\"\\n\u007f/\u2028\":{\"dtype\":\"F32\",\"shape\":[0,3],\"data_offsets\":[24,24]},"
            + "\"\uFFFF\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[24,28]},"
            + "\"\uD83D\uDE00\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[28,32]},"
            + "\"i32\":{\"dtype\":\"I32\",\"shape\":[],\"data_offsets\":[32,36]},"
            + "\"h\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[36,38]},"
            + "\"f16\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[38,40]},"
            + "\"B\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[40,43]}}";
    byte[] bytes = Files.readAllBytes(file);
    int length = bytes.length - 8 - 43;
    assertThat(length % 8).isZero();
    assertThat(bytes[0] & 0xFF | (bytes[1] & 0xFF) << 8).isEqualTo(length);
    assertThat(new String(bytes, 8, length, StandardCharsets.UTF_8).stripTrailing())
        .isEqualTo(header);
    assertThat(bytes).endsWith(1, 0, 1);
  }

  @Test
  void rewritingTheReferenceWritersFilesGivesTheSameBytes() throws IOException {
    Path goldens = Goldens.folder("arch");
    try (Stream<Path> files = Files.walk(goldens)) {
      for (Path file : files.filter(f -> f.toString().endsWith("model.safetensors")).toList()) {
        Path copy = folder.resolve("copy.safetensors");
        try (SafetensorsFile source = SafetensorsFile.open(file)) {
          List<TensorToWrite> tensors =
              source.tensors().values().stream().map(t -> copyOf(t, source)).toList();
          SafetensorsWriter.write(copy, source.metadata(), tensors);
        }
        assertThat(Files.mismatch(file, copy)).as("%s", file).isEqualTo(-1);
      }
    }
  }

  private static TensorToWrite copyOf(TensorInfo tensor, SafetensorsFile source) {
    return new TensorToWrite(
        tensor.name(),
        tensor.dtype(),
        tensor.shape(),
        (offset, dst) -> source.read(tensor.name(), offset, dst));
  }

  @Test
  void failureLeavesTheOldFileAndNothingElse() throws IOException {
    Path file = folder.resolve("a.safetensors");
    SafetensorsWriter.write(file, Map.of(), List.of(tensor("a", StoredType.U8, new byte[1], 1)));
    byte[] before = Files.readAllBytes(file);
    TensorToWrite failing =
        new TensorToWrite(
            "a",
            StoredType.U8,
            new long[] {9_000_000},
            (offset, dst) -> {
              if (offset > 0) {
                throw new IllegalStateException("no more");
              }
              dst.position(dst.limit());
            });
    assertThatThrownBy(() -> SafetensorsWriter.write(file, Map.of(), List.of(failing)))
        .hasMessage("no more");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    try (Stream<Path> entries = Files.list(folder)) {
      assertThat(entries).containsExactly(file);
    }
  }

  @Test
  void namesThatTheFormatCannotHoldAreRefused() {
    TensorToWrite a = tensor("a", StoredType.U8, new byte[1], 1);
    TensorToWrite alsoA = tensor("a", StoredType.F32, new byte[4], 1);
    TensorToWrite half = tensor("\uD83D", StoredType.U8, new byte[1], 1);
    Path file = folder.resolve("a.safetensors");
    assertThatThrownBy(() -> SafetensorsWriter.write(file, Map.of(), List.of(a, alsoA)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("'a'");
    assertThatThrownBy(() -> SafetensorsWriter.write(file, Map.of(), List.of(half)))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> tensor("__metadata__", StoredType.U8, new byte[1], 1))
        .isInstanceOf(ConfigException.class);
    assertThat(file).doesNotExist();
  }

  /** A source that changes what was written before it stands for a disk that does. */
  @Test
  void aFileThatDoesNotHoldWhatWasWrittenIsRefused() throws IOException {
    TensorToWrite first = tensor("a", StoredType.I8, new byte[1], 1);
    TensorToWrite vandal =
        new TensorToWrite(
            "b",
            StoredType.I8,
            new long[] {1},
            (offset, into) -> {
              into.put((byte) 1);
              changeByteOfTheOnlyFile();
            });
    Path file = folder.resolve("a.safetensors");
    assertThatThrownBy(() -> SafetensorsWriter.write(file, Map.of(), List.of(first, vandal)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("a.safetensors read back differs");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }

  private void changeByteOfTheOnlyFile() {
    try (Stream<Path> files = Files.list(folder);
        FileChannel channel =
            FileChannel.open(files.findFirst().orElseThrow(), StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {'!'}), 9);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
