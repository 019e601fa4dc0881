package org.tune4j.engine.gguf;

import java.io.ByteArrayOutputStream;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/** Files that the reference writer made, and headers by hand, sound and unsound. */
final class GgufFixture {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  static Path golden(String name) {
    try {
      return Path.of(GgufFixture.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  static Path golden(GgufType type) {
    return golden(type.name().toLowerCase(Locale.ROOT) + ".gguf");
  }

  /** All elements of a tensor. */
  static float[] numbers(GgufFile file, String name) {
    float[] numbers = new float[Math.toIntExact(file.tensor(name).elements())];
    file.decode(name, 0, FloatBuffer.wrap(numbers));
    return numbers;
  }

  /** All bytes of a tensor. */
  static byte[] stored(GgufFile file, String name) {
    byte[] stored = new byte[Math.toIntExact(file.tensor(name).byteSize())];
    file.read(name, 0, ByteBuffer.wrap(stored));
    return stored;
  }

  /** A tensor that is encoded from these numbers. */
  static GgufTensorToWrite encoded(String name, GgufType type, float[] numbers, long... shape) {
    return GgufTensorToWrite.encoded(
        name,
        type,
        shape,
        (first, dst) -> dst.put(numbers, Math.toIntExact(first), dst.remaining()));
  }

  static GgufTensorToWrite copyOf(GgufTensor tensor, GgufFile file) {
    return new GgufTensorToWrite(
        tensor.name(),
        tensor.type(),
        tensor.shape(),
        (offset, dst) -> file.read(tensor.name(), offset, dst));
  }

  /** The first 24 bytes of a file of version 3. */
  static GgufFixture header(long tensors, long keys) {
    return new GgufFixture().text("GGUF").int32(3).int64(tensors).int64(keys);
  }

  GgufFixture raw(int... values) {
    for (int value : values) {
      bytes.write(value);
    }
    return this;
  }

  GgufFixture int32(int value) {
    bytes.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    return this;
  }

  GgufFixture int64(long value) {
    bytes.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
    return this;
  }

  GgufFixture text(String text) {
    bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    return this;
  }

  /** A text behind its length, as a file has it. */
  GgufFixture string(String text) {
    return int64(text.getBytes(StandardCharsets.UTF_8).length).text(text);
  }

  /** What a file says about a tensor; dimensions in the order of the file. */
  GgufFixture tensor(String name, int type, long offset, long... dimensions) {
    string(name).int32(dimensions.length);
    for (long dimension : dimensions) {
      int64(dimension);
    }
    return int32(type).int64(offset);
  }

  /** Zeros up to a multiple of the alignment, and so many behind it. */
  GgufFixture data(int alignment, int count) {
    while (bytes.size() % alignment != 0) {
      bytes.write(0);
    }
    return raw(new int[count]);
  }

  byte[] bytes() {
    return bytes.toByteArray();
  }
}
