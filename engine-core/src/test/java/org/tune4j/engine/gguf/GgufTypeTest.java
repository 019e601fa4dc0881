package org.tune4j.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;

/** Blocks against the reference's, bit for bit. */
class GgufTypeTest {
  @TempDir Path folder;

  static Stream<GgufType> written() {
    return Arrays.stream(GgufType.values()).filter(GgufType::isWritten);
  }

  static Stream<GgufType> quantised() {
    return Arrays.stream(GgufType.values()).filter(type -> type.blockElements() > 1);
  }

  /** Random bits, as only a quantised type can have them without NaN. */
  @ParameterizedTest
  @MethodSource("quantised")
  void bitsAreDecodedAsTheReferenceDoes(GgufType type) {
    try (GgufFile file = GgufFile.open(GgufFixture.golden(type))) {
      assertThat(file.tensor("bits").type()).isEqualTo(type);
      assertSameBits(GgufFixture.numbers(file, "bits"), GgufFixture.numbers(file, "bits.expected"));
    }
  }

  @ParameterizedTest
  @MethodSource("written")
  void whatTheReferenceEncodedIsDecodedAsItDoes(GgufType type) {
    try (GgufFile file = GgufFile.open(GgufFixture.golden(type))) {
      assertThat(file.tensor("encoded").type()).isEqualTo(type);
      assertSameBits(
          GgufFixture.numbers(file, "encoded"), GgufFixture.numbers(file, "encoded.expected"));
    }
  }

  /** Zeros, equal values, outliers, scales that are subnormal halves, and Gaussian values. */
  @ParameterizedTest
  @MethodSource("written")
  void numbersAreEncodedAsTheReferenceDoes(GgufType type) {
    Path ours = folder.resolve("ours.gguf");
    try (GgufFile file = GgufFile.open(GgufFixture.golden(type))) {
      GgufTensor values = file.tensor("values");
      GgufWriter.write(
          ours,
          file.metadata().values(),
          List.of(
              GgufFixture.encoded(
                  "encoded", type, GgufFixture.numbers(file, "values"), values.shape())));
      try (GgufFile written = GgufFile.open(ours)) {
        assertThat(GgufFixture.stored(written, "encoded"))
            .isEqualTo(GgufFixture.stored(file, "encoded"));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(GgufType.class)
  void aPartIsDecodedAsTheWhole(GgufType type) {
    try (GgufFile file = GgufFile.open(GgufFixture.golden(type))) {
      String name = type.blockElements() > 1 ? "bits" : "encoded";
      float[] whole = GgufFixture.numbers(file, name);
      for (int first = 0; first < whole.length; first += type.blockElements()) {
        FloatBuffer part = FloatBuffer.allocate(type.blockElements());
        file.decode(name, first, part);
        assertSameBits(
            part.array(), Arrays.copyOfRange(whole, first, first + type.blockElements()));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 65505, -7e4f})
  void numbersThatATypeCannotHoldAreRefused(float number) {
    float[] numbers = new float[512];
    numbers[300] = number;
    for (GgufType type : written().toList()) {
      GgufTensorToWrite tensor = GgufFixture.encoded("output.weight", type, numbers, 2, 256);
      Path target = folder.resolve(type + ".gguf");
      if (type == GgufType.F32 || type == GgufType.BF16) {
        GgufWriter.write(target, Map.of(), List.of(tensor));
        assertThat(target).exists();
      } else {
        assertThatThrownBy(() -> GgufWriter.write(target, Map.of(), List.of(tensor)))
            .isInstanceOf(ConfigException.class)
            .hasMessageContainingAll("'output.weight'", "element 300", "65504", type.name());
        assertThat(folder.resolve(type + ".gguf")).doesNotExist();
      }
    }
  }

  @Test
  void aTypeThatIsReadOnlyIsRefused() {
    assertThatThrownBy(() -> GgufFixture.encoded("w", GgufType.Q3_K, new float[256], 256))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("'w'", "Q3_K");
  }

  private static void assertSameBits(float[] found, float[] expected) {
    assertThat(bits(found)).isEqualTo(bits(expected));
  }

  private static int[] bits(float[] numbers) {
    int[] bits = new int[numbers.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(numbers[i]));
    return bits;
  }
}
