package org.tune4j.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/** Checkpoints that bitsandbytes has quantised: {@code src/test/python/make_bitsandbytes.py}. */
class BitsandbytesTest {
  @TempDir Path parent;

  private Path copy(String kind) throws IOException {
    Path target = Files.createDirectory(parent.resolve(kind));
    try (Stream<Path> files =
        Files.list(Path.of(BitsandbytesTest.class.getResource("bitsandbytes/" + kind).toURI()))) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(file.getFileName().toString()));
      }
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
    return target;
  }

  @ParameterizedTest
  @ValueSource(strings = {"nf4_nested", "fp4", "int8"})
  void itsNumbersAreThoseOfBitsandbytes(String kind) throws IOException {
    Path folder = copy(kind);
    int compared = 0;
    try (CausalLm model = CausalLm.load(folder, DType.FLOAT32);
        CausalLm streamed = CausalLm.stream(folder, DType.FLOAT32, "cpu");
        SafetensorsFile wanted = SafetensorsFile.open(folder.resolve("dequantised.safetensors"));
        TensorScope work = TensorScope.open()) {
      assertThat(streamed.weightsFingerprint()).isEqualTo(model.weightsFingerprint());
      for (TensorSlot slot : model.architecture().slots()) {
        for (TensorSlot.Part part : slot.parts()) {
          if (wanted.tensors().containsKey(part.name())) {
            float[] numbers = new float[Math.toIntExact(part.elements())];
            ByteBuffer bytes =
                ByteBuffer.allocate(4 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
            wanted.read(part.name(), 0, bytes);
            bytes.flip().asFloatBuffer().get(numbers);
            float[] found = part.of(model.weight(slot), work).toFloats();
            for (int i = 0; i < numbers.length; i++) {
              assertThat(found[i]).isCloseTo(numbers[i], within(1e-7f));
            }
            compared++;
          }
        }
      }
    }
    assertThat(compared).isEqualTo(7);
  }

  /** What is changed in the first shard's bytes, for as many others, and what the error says. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "\"blocksize\": 64; \"blocksize\": 32; wanted 256 numbers of U8",
        "\"blocksize\": 64; \"blocksize\": -1; in blocks",
        "\"nested_blocksize\": 256; '\"nested_blocksize\": 1  '; wanted 128 numbers of F32",
        "\"shape\": [128, 64]; \"shape\": [64, 128]; wanted [128, 64] in blocks",
        "{\"quant_type\"; [\"quant_type\"; in blocks",
      })
  void whatDoesNotFitIsRefusedByTensor(String from, String to, String part) throws IOException {
    Path file = copy("nf4_nested").resolve("model.safetensors");
    String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    assertThat(text).contains(from);
    Files.write(file, text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> CausalLm.load(file.getParent(), DType.FLOAT32))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(part);
  }

  /** The last byte of the file is one of its tensors {@code weight_format}. */
  @Test
  void anOtherOrderIsRefused() throws IOException {
    Path file = copy("int8").resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] = 2; // col_turing
    Files.write(file, bytes);
    assertThatThrownBy(() -> CausalLm.load(file.getParent(), DType.FLOAT32))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("v_proj.weight_format: wanted 0 (row), found [2]");
  }

  @Test
  void otherStorageIsRefused() throws IOException {
    Path config = copy("nf4_nested").resolve("config.json");
    Files.writeString(config, Files.readString(config).replace("\"uint8\"", "\"bfloat16\""));
    assertThatThrownBy(() -> CausalLm.load(config.getParent(), DType.FLOAT32))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("bnb_4bit_quant_storage");
  }
}
