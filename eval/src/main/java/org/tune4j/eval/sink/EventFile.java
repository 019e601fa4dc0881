package org.tune4j.eval.sink;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.zip.CRC32C;
import org.tune4j.engine.StorageException;

/**
 * An event file of TensorBoard: records of TensorFlow (TFRecord), each a protobuf {@code Event}. Of
 * that message it writes what curves need: the file's version, the mark that a run goes on, and
 * scalars.
 */
final class EventFile implements AutoCloseable {
  private static final String VERSION = "brain.Event:2";

  /** What TFRecord adds to a checksum, so that checksums of checksums stay apart. */
  private static final int MASK = 0xa282ead8;

  /** Wire types of protobuf. */
  private static final int VARINT = 0;

  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private static final int SESSION_START = 1;

  private final Path path;
  private final OutputStream out;

  /**
   * Begins a file, which must not be there.
   *
   * @param seconds the time, since 1970
   */
  EventFile(Path path, double seconds) {
    this.path = path;
    try {
      this.out =
          Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw failed(e);
    }
    Message event = event(seconds, 0);
    event.bytes(3, VERSION.getBytes(StandardCharsets.UTF_8));
    write(event);
  }

  /** Tells readers to leave out what earlier files say of this step and those after it. */
  void purgeFrom(double seconds, long step) {
    Message start = new Message();
    start.varint(1, SESSION_START);
    Message event = event(seconds, step);
    event.bytes(7, start.toByteArray());
    write(event);
  }

  /** Values of a step by their tags, rounded to floats. */
  void scalars(double seconds, long step, Map<String, ? extends Number> values) {
    Message summary = new Message();
    values.forEach(
        (tag, number) -> {
          Message value = new Message();
          value.bytes(1, tag.getBytes(StandardCharsets.UTF_8));
          value.fixed32(2, number.floatValue());
          summary.bytes(1, value.toByteArray());
        });
    Message event = event(seconds, step);
    event.bytes(5, summary.toByteArray());
    write(event);
  }

  private static Message event(double seconds, long step) {
    Message event = new Message();
    event.fixed64(1, seconds);
    if (step != 0) { // the default, which protobuf leaves out
      event.varint(2, step);
    }
    return event;
  }

  private void write(Message event) {
    byte[] data = event.toByteArray();
    byte[] length = littleEndian(Long.BYTES).putLong(data.length).array();
    ByteBuffer record = littleEndian(length.length + data.length + 2 * Integer.BYTES);
    record.put(length).putInt(maskedCrc(length)).put(data).putInt(maskedCrc(data));
    try {
      out.write(record.array()); // at once, so that a reader of the growing file sees whole records
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private static int maskedCrc(byte[] data) {
    CRC32C crc = new CRC32C();
    crc.update(data);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
  }

  private static ByteBuffer littleEndian(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private StorageException failed(IOException e) {
    return new StorageException(path + ": cannot be written: " + e, e);
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** A protobuf message under way. */
  private static final class Message extends ByteArrayOutputStream {
    void varint(int field, long value) {
      key(field, VARINT);
      base128(value);
    }

    void fixed64(int field, double value) {
      key(field, FIXED64);
      writeBytes(littleEndian(Double.BYTES).putDouble(value).array());
    }

    void fixed32(int field, float value) {
      key(field, FIXED32);
      writeBytes(littleEndian(Float.BYTES).putFloat(value).array());
    }

    void bytes(int field, byte[] value) {
      key(field, BYTES);
      base128(value.length);
      writeBytes(value);
    }

    private void key(int field, int wireType) {
      base128(field << 3 | wireType);
    }

    private void base128(long value) {
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        write((int) (rest & 0x7f | 0x80));
        rest >>>= 7;
      }
      write((int) rest);
    }
  }
}
