package org.tune4j.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class SafetensorsRoundTripTest {
  record Tensor(StoredType dtype, long[] shape, byte[] bytes) {}

  @Property(tries = 100)
  void whatIsWrittenIsRead(
      @ForAll("tensors") Map<String, Tensor> tensors, @ForAll("texts") Map<String, String> metadata)
      throws IOException {
    Path file = Files.createTempFile("round", ".safetensors");
    try {
      List<TensorToWrite> list =
          tensors.entrySet().stream()
              .map(
                  e ->
                      SafetensorsFixture.tensor(
                          e.getKey(),
                          e.getValue().dtype(),
                          e.getValue().bytes(),
                          e.getValue().shape()))
              .toList();
      SafetensorsWriter.write(file, metadata, list);
      byte[] first = Files.readAllBytes(file);
      try (SafetensorsFile read = SafetensorsFile.open(file)) {
        assertThat(read.metadata()).isEqualTo(metadata);
        assertThat(read.tensors().keySet()).isEqualTo(tensors.keySet());
        tensors.forEach(
            (name, tensor) -> {
              TensorInfo info = read.tensors().get(name);
              assertThat(info.dtype()).isEqualTo(tensor.dtype());
              assertThat(info.shape()).isEqualTo(tensor.shape());
              assertThat(SafetensorsFixture.read(read, name)).isEqualTo(tensor.bytes());
            });
      }
      SafetensorsWriter.write(file, new LinkedHashMap<>(metadata), list);
      assertThat(Files.readAllBytes(file)).isEqualTo(first);
    } finally {
      Files.delete(file);
    }
  }

  @Provide
  Arbitrary<Map<String, Tensor>> tensors() {
    Arbitrary<StoredType> dtypes = Arbitraries.of(StoredType.class).filter(t -> t.bits() % 8 == 0);
    Arbitrary<long[]> shapes = Arbitraries.longs().between(0, 5).array(long[].class).ofMaxSize(3);
    Arbitrary<Tensor> tensors =
        Combinators.combine(dtypes, shapes)
            .flatAs(
                (dtype, shape) -> {
                  int size = dtype.bits() / 8;
                  for (long dimension : shape) {
                    size *= (int) dimension;
                  }
                  return Arbitraries.bytes()
                      .array(byte[].class)
                      .ofSize(size)
                      .map(bytes -> new Tensor(dtype, shape, bytes));
                });
    return Arbitraries.maps(names(), tensors).ofMaxSize(6);
  }

  @Provide
  Arbitrary<Map<String, String>> texts() {
    return Arbitraries.maps(names(), names()).ofMaxSize(4);
  }

  private static Arbitrary<String> names() {
    return Arbitraries.strings()
        .ofMaxLength(8)
        .filter(s -> !s.equals("__metadata__"))
        .filter(s -> s.codePoints().noneMatch(c -> c >= 0xD800 && c <= 0xDFFF));
  }
}
