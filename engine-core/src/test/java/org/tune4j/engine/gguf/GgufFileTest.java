package org.tune4j.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.StorageException;

class GgufFileTest {
  @TempDir Path folder;

  @Test
  void tensorsOfTheReferenceWriterAreRowMajor() {
    try (GgufFile file = GgufFile.open(GgufFixture.golden("metadata.gguf"))) {
      assertThat(file.version()).isEqualTo(3);
      assertThat(file.tensors().keySet()).containsExactly("vector", "four", "matrix");
      assertThat(file.tensor("four").shape()).containsExactly(2, 3, 4, 5);
      assertThat(file.tensor("four").elements()).isEqualTo(120);
      assertThat(file.tensor("four").type()).isEqualTo(GgufType.F16);
      assertThat(file.tensor("matrix").shape()).containsExactly(2, 3);
      assertThat(GgufFixture.numbers(file, "matrix")).containsExactly(0, 1, 2, 3, 4, 5);
      assertThat(GgufFixture.numbers(file, "four")).startsWith(0, 1, 2).endsWith(118, 119);
      assertThat(file.tensor("four").offset() % 64).isZero();
    }
  }

  @Test
  void metadataOfTheReferenceWriterIsRead() {
    try (GgufFile file = GgufFile.open(GgufFixture.golden("metadata.gguf"))) {
      GgufMetadata metadata = file.metadata();
      assertThat(metadata.text("general.architecture")).isEqualTo("test");
      assertThat(metadata.text("a.text")).isEqualTo("żółć 模型 😀 \uFFFD");
      assertThat(metadata.whole("a.uint8")).isEqualTo(255);
      assertThat(metadata.whole("a.int8")).isEqualTo(-128);
      assertThat(metadata.whole("a.uint16")).isEqualTo(65_535);
      assertThat(metadata.whole("a.int16")).isEqualTo(-32_768);
      assertThat(metadata.whole("a.uint32")).isEqualTo(4_294_967_295L);
      assertThat(metadata.whole("a.int32")).isEqualTo(Integer.MIN_VALUE);
      assertThat(metadata.whole("a.int64")).isEqualTo(Long.MIN_VALUE);
      assertThat(metadata.real("a.float32")).isEqualTo(0.1f);
      assertThat(metadata.real("a.float64")).isEqualTo(0.1);
      assertThat(metadata.flag("a.true")).isTrue();
      assertThat(metadata.flag("a.false")).isFalse();
      assertThat(metadata.texts("l.texts")).containsExactly("a", "", "é", "Ġthe");
      assertThat(metadata.wholes("l.ints")).containsExactly(1, -2, 3);
      assertThat(metadata.wholes("l.uint8")).containsExactly(0, 255);
      assertThat(metadata.wholes("l.int8")).containsExactly(-128, 127);
      assertThat(metadata.wholes("l.uint16")).containsExactly(0, 65_535);
      assertThat(metadata.wholes("l.int16")).containsExactly(-32_768, 32_767);
      assertThat(metadata.wholes("l.int32")).containsExactly(-5, 5);
      assertThat(metadata.reals("l.floats")).containsExactly(0.5f, -1.25f);
      assertThat(metadata.flags("l.flags")).containsExactly(true, false, true);
      assertThat(metadata.has("a.text")).isTrue();
      assertThat(metadata.has("a.texts")).isFalse();
    }
  }

  @Test
  void metadataOfAnotherTypeIsRefusedByItsKey() {
    try (GgufFile file = GgufFile.open(GgufFixture.golden("metadata.gguf"))) {
      refused(file, m -> m.text("a.gone"), "there is no metadata 'a.gone'");
      refused(file, m -> m.text("a.uint8"), "'a.uint8'", "found UINT8, wanted STRING");
      refused(file, m -> m.flag("a.text"), "found STRING, wanted BOOL");
      refused(file, m -> m.whole("a.float32"), "found FLOAT32, wanted a whole number");
      refused(file, m -> m.whole("a.true"), "found BOOL, wanted a whole number");
      refused(file, m -> m.whole("a.uint64"), "found 18446744073709551615, wanted at most");
      refused(file, m -> m.real("a.int32"), "found INT32, wanted FLOAT32 or FLOAT64");
      refused(file, m -> m.texts("l.ints"), "found ARRAY of INT32, wanted ARRAY of STRING");
      refused(file, m -> m.texts("l.nested"), "found ARRAY of ARRAY, wanted ARRAY of STRING");
      refused(file, m -> m.reals("l.float64"), "found ARRAY of FLOAT64, wanted ARRAY of FLOAT32");
      refused(file, m -> m.flags("a.true"), "found BOOL, wanted ARRAY of BOOL");
      refused(file, m -> m.wholes("l.floats"), "wanted an ARRAY of whole numbers");
      refused(file, m -> m.wholes("l.uint32"), "an element 1 of UINT32 beyond 32 bits");
      refused(file, m -> m.wholes("l.uint64"), "an element 1 of UINT64 beyond 32 bits");
      refused(file, m -> m.wholes("l.int64"), "an element 0 of INT64 beyond 32 bits");
    }
  }

  private static void refused(GgufFile file, Consumer<GgufMetadata> read, String... parts) {
    assertThatThrownBy(() -> read.accept(file.metadata()))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(file.path().toString())
        .hasMessageContainingAll(parts);
  }

  @Test
  void version2IsRead() throws IOException {
    Path path = folder.resolve("model.gguf");
    byte[] bytes = Files.readAllBytes(GgufFixture.golden("metadata.gguf"));
    bytes[4] = 2;
    Files.write(path, bytes);
    try (GgufFile file = GgufFile.open(path)) {
      assertThat(file.version()).isEqualTo(2);
      assertThat(GgufFixture.numbers(file, "matrix")).containsExactly(0, 1, 2, 3, 4, 5);
    }
  }

  /** A text that does not fit the window through which a header is read, and one that just does. */
  @Test
  void longTextsAreRead() throws IOException {
    for (int length : List.of(65_535, 65_536, 65_537, 300_000)) {
      String text = "é".repeat(length / 2) + "x".repeat(length % 2);
      Path path = folder.resolve("model.gguf");
      GgufWriter.write(
          path,
          Map.of("tokenizer.chat_template", GgufValue.text(text)),
          List.of(GgufFixture.encoded("w", GgufType.F32, new float[] {1}, 1)));
      try (GgufFile file = GgufFile.open(path)) {
        assertThat(file.metadata().text("tokenizer.chat_template")).isEqualTo(text);
        assertThat(GgufFixture.numbers(file, "w")).containsExactly(1);
      }
    }
  }

  /** Two chunks and a part of one. */
  @Test
  void aTensorLargerThanAChunkIsWrittenAndRead() {
    float[] numbers = new float[700 * 1024];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = i % 255 - 127;
    }
    Path path = folder.resolve("model.gguf");
    GgufWriter.write(
        path,
        Map.of(),
        List.of(
            GgufFixture.encoded("f", GgufType.F32, numbers, 700, 1024),
            GgufFixture.encoded("q", GgufType.Q8_0, numbers, 700, 1024)));
    try (GgufFile file = GgufFile.open(path)) {
      assertThat(GgufFixture.numbers(file, "f")).isEqualTo(numbers);
      float[] decoded = GgufFixture.numbers(file, "q");
      for (int i = 0; i < numbers.length; i++) {
        assertThat(Math.abs(decoded[i] - numbers[i])).isLessThanOrEqualTo(0.6f);
      }
    }
  }

  @Test
  void readsBeyondATensorAreRefused() {
    try (GgufFile file = GgufFile.open(GgufFixture.golden(GgufType.Q8_0))) {
      ByteBuffer two = ByteBuffer.allocate(2);
      assertThatThrownBy(() -> file.read("bits", -1, two)).isInstanceOf(ConfigException.class);
      assertThatThrownBy(() -> file.read("bits", 12 * 34 - 1, two))
          .isInstanceOf(ConfigException.class)
          .hasMessageContainingAll("'bits'", "408 bytes", "from byte 407");
      assertThatThrownBy(() -> file.read("bits", Long.MAX_VALUE, two))
          .isInstanceOf(ConfigException.class);
      for (long first : new long[] {-32, 16, 384, Long.MAX_VALUE - 31}) {
        assertThatThrownBy(() -> file.decode("bits", first, FloatBuffer.allocate(32)))
            .isInstanceOf(ConfigException.class)
            .hasMessageContainingAll("384 elements in blocks of 32", "element " + first);
      }
      assertThatThrownBy(() -> file.decode("bits", 0, FloatBuffer.allocate(31)))
          .isInstanceOf(ConfigException.class);
      assertThatThrownBy(() -> file.tensor("gone"))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContainingAll("'gone'", file.path().toString());
    }
  }

  @Test
  void everyCutIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(GgufFixture.golden("metadata.gguf"));
    Path path = folder.resolve("model.gguf");
    int padding = 64 - 6 * 4;
    for (int length = 0; length < whole.length - padding; length++) {
      Files.write(path, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> GgufFile.open(path))
          .as("cut to %d bytes", length)
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining(path.toString());
    }
  }

  @Test
  void aFileThatIsCutWhileOpenGivesAnException() throws IOException {
    Path path = folder.resolve("model.gguf");
    byte[] whole = Files.readAllBytes(GgufFixture.golden(GgufType.Q6_K));
    Files.write(path, whole);
    try (GgufFile file = GgufFile.open(path)) {
      Files.write(path, Arrays.copyOf(whole, whole.length - 3));
      assertThatThrownBy(() -> GgufFixture.numbers(file, "bits"))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining("has " + (whole.length - 3) + " now");
    }
  }

  @Test
  void readingAfterClosingGivesAnException() {
    GgufFile file = GgufFile.open(GgufFixture.golden(GgufType.Q6_K));
    file.close();
    assertThatThrownBy(() -> GgufFixture.numbers(file, "bits"))
        .isInstanceOf(StorageException.class)
        .hasMessageContainingAll("'bits'", "closed");
  }
}
