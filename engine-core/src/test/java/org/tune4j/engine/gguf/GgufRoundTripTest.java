package org.tune4j.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class GgufRoundTripTest {
  record Weights(GgufType type, long[] shape, byte[] bytes) {}

  @Property(tries = 100)
  void whatIsWrittenIsRead(
      @ForAll("weights") Map<String, Weights> weights,
      @ForAll("metadata") Map<String, GgufValue> metadata)
      throws IOException {
    Path path = Files.createTempFile("round", ".gguf");
    try {
      List<GgufTensorToWrite> tensors =
          weights.entrySet().stream()
              .map(
                  e ->
                      new GgufTensorToWrite(
                          e.getKey(),
                          e.getValue().type(),
                          e.getValue().shape(),
                          (offset, dst) ->
                              dst.put(e.getValue().bytes(), (int) offset, dst.remaining())))
              .toList();
      GgufWriter.write(path, metadata, tensors);
      try (GgufFile file = GgufFile.open(path)) {
        assertThat(file.metadata().values()).isEqualTo(metadata);
        assertThat(file.tensors().keySet()).isEqualTo(weights.keySet());
        weights.forEach(
            (name, tensor) -> {
              assertThat(file.tensor(name).type()).isEqualTo(tensor.type());
              assertThat(file.tensor(name).shape()).isEqualTo(tensor.shape());
              assertThat(GgufFixture.stored(file, name)).isEqualTo(tensor.bytes());
            });
      }
    } finally {
      Files.delete(path);
    }
  }

  /**
   * What a type of 8 bits makes of a number is nearer than half a step, of one of 5 bits too; a
   * step is the largest magnitude of 32 numbers divided by 127 or 16, and is itself rounded to a
   * half.
   */
  @Property(tries = 200)
  void roundingTypesRoundToTheNearest(@ForAll("numbers") float[] numbers) throws IOException {
    float largest = 0;
    for (float number : numbers) {
      largest = Math.max(largest, Math.abs(number));
    }
    Path path = Files.createTempFile("round", ".gguf");
    try {
      GgufWriter.write(
          path,
          Map.of(),
          List.of(
              GgufFixture.encoded("q8", GgufType.Q8_0, numbers, 32),
              GgufFixture.encoded("q5", GgufType.Q5_0, numbers, 32),
              GgufFixture.encoded("q4", GgufType.Q4_0, numbers, 32)));
      try (GgufFile file = GgufFile.open(path)) {
        float half = largest / 1024 + 1e-5f;
        near(GgufFixture.numbers(file, "q8"), numbers, largest / 127 * 0.5f + half);
        near(GgufFixture.numbers(file, "q5"), numbers, largest / 16 + half);
        near(GgufFixture.numbers(file, "q4"), numbers, largest / 8 + half);
      }
    } finally {
      Files.delete(path);
    }
  }

  private static void near(float[] found, float[] wanted, float distance) {
    for (int i = 0; i < found.length; i++) {
      assertThat(Math.abs(found[i] - wanted[i])).isLessThanOrEqualTo(distance);
    }
  }

  @Provide
  Arbitrary<float[]> numbers() {
    return Arbitraries.floats().between(-60_000, 60_000).array(float[].class).ofSize(32);
  }

  @Provide
  Arbitrary<Map<String, Weights>> weights() {
    Arbitrary<long[]> outer = Arbitraries.longs().between(0, 3).array(long[].class).ofMaxSize(3);
    Arbitrary<Weights> weights =
        Combinators.combine(
                Arbitraries.of(GgufType.class), outer, Arbitraries.integers().between(1, 3))
            .flatAs(
                (type, dimensions, blocks) -> {
                  long[] shape = Arrays.copyOf(dimensions, dimensions.length + 1);
                  shape[dimensions.length] = (long) blocks * type.blockElements();
                  return Arbitraries.bytes()
                      .array(byte[].class)
                      .ofSize((int) type.byteSize(shape))
                      .map(bytes -> new Weights(type, shape, bytes));
                });
    return Arbitraries.maps(names(), weights).ofMaxSize(5);
  }

  @Provide
  Arbitrary<Map<String, GgufValue>> metadata() {
    Arbitrary<GgufValue> values =
        Arbitraries.oneOf(
            texts().map(GgufValue::text),
            texts().list().ofMaxSize(4).map(GgufValue::texts),
            Arbitraries.longs().map(GgufValue::int64),
            Arbitraries.integers().map(GgufValue::int32),
            Arbitraries.longs().between(0, 0xFFFF_FFFFL).map(GgufValue::uint32),
            Arbitraries.floats().map(GgufValue::float32),
            Arbitraries.of(true, false).map(GgufValue::flag),
            Arbitraries.integers().array(int[].class).ofMaxSize(5).map(GgufValue::int32s),
            Arbitraries.floats().array(float[].class).ofMaxSize(5).map(GgufValue::float32s),
            Arbitraries.of(true, false).array(boolean[].class).ofMaxSize(5).map(GgufValue::flags));
    return Arbitraries.maps(names(), values).ofMaxSize(6);
  }

  private static Arbitrary<String> names() {
    return texts().filter(s -> !s.isEmpty());
  }

  private static Arbitrary<String> texts() {
    return Arbitraries.strings()
        .ofMaxLength(8)
        .filter(s -> s.codePoints().noneMatch(c -> c >= 0xD800 && c <= 0xDFFF));
  }
}
