package org.tune4j.engine.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.Shortened;

/** Writes a header, little-endian, through a small buffer. */
final class HeaderOutput {
  private final WritableByteChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
  private long flushed;

  HeaderOutput(WritableByteChannel channel) {
    this.channel = channel;
  }

  /**
   * The bytes of a text.
   *
   * @throws ConfigException if it has half of a surrogate pair
   */
  static byte[] utf8(String text) {
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] array = new byte[bytes.remaining()];
      bytes.get(array);
      return array;
    } catch (CharacterCodingException e) {
      throw new ConfigException(
          "'" + Shortened.text(text) + "' cannot be written: half of a surrogate pair", e);
    }
  }

  /** How many bytes were written. */
  long position() {
    return flushed + buffer.position();
  }

  void int8(int value) throws IOException {
    room(1).put((byte) value);
  }

  void int16(int value) throws IOException {
    room(2).putShort((short) value);
  }

  void int32(int value) throws IOException {
    room(4).putInt(value);
  }

  void int64(long value) throws IOException {
    room(8).putLong(value);
  }

  void text(String text) throws IOException {
    byte[] bytes = utf8(text);
    int64(bytes.length);
    for (int at = 0; at < bytes.length; ) {
      ByteBuffer room = room(1);
      int part = Math.min(room.remaining(), bytes.length - at);
      room.put(bytes, at, part);
      at += part;
    }
  }

  /** Writes zeros up to a position. */
  void padTo(long position) throws IOException {
    while (position() < position) {
      int8(0);
    }
  }

  void flush() throws IOException {
    flushed += buffer.position();
    channel.write(buffer.flip());
    buffer.clear();
  }

  private ByteBuffer room(int bytes) throws IOException {
    if (buffer.remaining() < bytes) {
      flush();
    }
    return buffer;
  }
}
