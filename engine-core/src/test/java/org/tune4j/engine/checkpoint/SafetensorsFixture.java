package org.tune4j.engine.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes small files, sound and unsound. */
final class SafetensorsFixture {
  private SafetensorsFixture() {}

  static TensorToWrite tensor(String name, StoredType dtype, byte[] bytes, long... shape) {
    return new TensorToWrite(
        name,
        dtype,
        shape,
        (offset, dst) -> dst.put(bytes, Math.toIntExact(offset), dst.remaining()));
  }

  static Path raw(Path file, String header, int dataBytes) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + dataBytes);
    bytes.order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).put(text);
    return Files.write(file, bytes.array());
  }

  static byte[] read(SafetensorsFile file, String name) {
    ByteBuffer bytes = ByteBuffer.allocate((int) file.tensors().get(name).byteSize());
    file.read(name, 0, bytes);
    return bytes.array();
  }
}
