package org.tune4j.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.checkpoint.AtomicFolder;

class GgufWriterTest {
  @TempDir Path folder;

  static Stream<Path> goldens() throws IOException {
    return Files.list(GgufFixture.golden("metadata.gguf").getParent())
        .filter(path -> path.toString().endsWith(".gguf"));
  }

  /** Values of every type, arrays in arrays, an alignment of 64, tensors of every type. */
  @ParameterizedTest
  @MethodSource("goldens")
  void rewritingTheReferenceWritersFilesGivesTheSameBytes(Path golden) throws IOException {
    Path copy = folder.resolve("copy.gguf");
    try (GgufFile file = GgufFile.open(golden)) {
      List<GgufTensorToWrite> tensors =
          file.tensors().values().stream().map(t -> GgufFixture.copyOf(t, file)).toList();
      GgufWriter.write(copy, file.metadata().values(), tensors);
    }
    assertThat(Files.mismatch(golden, copy)).isEqualTo(-1);
  }

  @Test
  void valuesThatAreMadeAreThoseThatAreRead() {
    Map<String, GgufValue> made = new LinkedHashMap<>();
    made.put("general.architecture", GgufValue.text("llama"));
    made.put("llama.block_count", GgufValue.uint32(4_294_967_295L));
    made.put("a", GgufValue.int32(-3));
    made.put("b", GgufValue.int64(Long.MIN_VALUE));
    made.put("c", GgufValue.float32(1e-5f));
    made.put("d", GgufValue.flag(true));
    made.put("e", GgufValue.texts(List.of("x", "")));
    made.put("f", GgufValue.int32s(new int[] {3, -3}));
    made.put("g", GgufValue.float32s(new float[] {-0f, Float.NEGATIVE_INFINITY}));
    made.put("h", GgufValue.flags(new boolean[] {false, true}));
    made.put("i", GgufValue.texts(List.of()));
    Path path = folder.resolve("model.gguf");
    GgufWriter.write(path, made, List.of());
    try (GgufFile file = GgufFile.open(path)) {
      assertThat(file.metadata().values()).isEqualTo(made);
      assertThat(file.metadata().values().keySet()).containsExactlyElementsOf(made.keySet());
      assertThat(file.tensors()).isEmpty();
    }
  }

  @Test
  void aFileOfAFolderIsListedInItsManifest() throws IOException {
    Path target = folder.resolve("export");
    GgufTensorToWrite tensor = GgufFixture.encoded("w", GgufType.F16, new float[] {1, 2}, 2);
    AtomicFolder.write(
        target,
        files ->
            files.write(
                "model.gguf",
                GgufWriter.content(Path.of("model.gguf"), Map.of(), List.of(tensor))));
    try (GgufFile file = GgufFile.open(target.resolve("model.gguf"))) {
      assertThat(GgufFixture.numbers(file, "w")).containsExactly(1, 2);
    }
    assertThat(target.resolve("manifest.json")).content().contains("model.gguf");
  }

  @Test
  void whatCannotBeWrittenIsRefused() {
    float[] one = {1};
    Map<String, GgufValue> none = Map.of();
    refused(none, () -> List.of(w("", one, 1)), "0 bytes, wanted 1 to 63");
    refused(none, () -> List.of(w("n".repeat(64), one, 1)), "64 bytes, wanted 1 to 63");
    refused(none, () -> List.of(w("\uD800", one, 1)), "half of a surrogate pair");
    refused(none, () -> List.of(w("w", one, 1, 1, 1, 1, 1)), "'w'", "5 dimensions");
    refused(none, () -> List.of(w("w", one, -1)), "'w'", "dimension");
    refused(none, () -> List.of(w("w", one, 1), w("w", one, 1)), "two tensors are named 'w'");
    refused(
        none,
        () -> List.of(GgufFixture.encoded("w", GgufType.Q4_0, new float[48], 2, 24)),
        "'w'",
        "rows have 24 elements, wanted multiples of 32");
    refused(Map.of("", GgufValue.flag(true)), List::of, "a key of metadata of 0 bytes");
    refused(Map.of("k".repeat(65_536), GgufValue.flag(true)), List::of, "65536 bytes");
    refused(Map.of("k", GgufValue.text("\uDC00")), List::of, "half of a surrogate pair");
    refused(Map.of("general.alignment", GgufValue.uint32(20)), List::of, "general.alignment", "20");
    assertThatThrownBy(() -> GgufValue.uint32(-1))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("found -1");
  }

  private interface Tensors {
    List<GgufTensorToWrite> make();
  }

  private void refused(Map<String, GgufValue> metadata, Tensors tensors, String... parts) {
    Path target = folder.resolve("model.gguf");
    assertThatThrownBy(() -> GgufWriter.write(target, metadata, tensors.make()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(parts);
    assertThat(folder).isEmptyDirectory();
  }

  private static GgufTensorToWrite w(String name, float[] numbers, long... shape) {
    return GgufFixture.encoded(name, GgufType.F32, numbers, shape);
  }

  @Test
  void aSourceThatGivesTooLittleIsFoundAndNothingIsLeft() {
    GgufTensorToWrite numbers =
        GgufTensorToWrite.encoded("w", GgufType.F32, new long[] {2}, (first, dst) -> dst.put(1));
    GgufTensorToWrite bytes =
        new GgufTensorToWrite("w", GgufType.F32, new long[] {2}, (offset, dst) -> dst.putInt(1));
    for (GgufTensorToWrite tensor : List.of(numbers, bytes)) {
      assertThatThrownBy(
              () -> GgufWriter.write(folder.resolve("m.gguf"), Map.of(), List.of(tensor)))
          .isInstanceOf(EngineBugException.class)
          .hasMessageContaining("tensor 'w': the source left");
      assertThat(folder).isEmptyDirectory();
    }
  }
}
