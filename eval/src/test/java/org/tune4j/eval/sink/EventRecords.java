package org.tune4j.eval.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.mlflow_project.google.protobuf.ByteString;
import org.mlflow_project.google.protobuf.UnknownFieldSet;

/**
 * Reads an event file by means other than those that write it: the checksum bit by bit, messages by
 * protobuf's own parser (which MLflow's client brings along under another name).
 */
final class EventRecords {
  /** Castagnoli's polynomial, lowest bit first. */
  private static final int POLYNOMIAL = 0x82f63b78;

  private EventRecords() {}

  /**
   * An event.
   *
   * @param seconds since 1970
   * @param version of the file; empty in other events
   * @param start whether it is the mark that a session starts
   */
  record Event(
      double seconds, long step, String version, boolean start, Map<String, Float> scalars) {}

  static List<Event> read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Event> events = new ArrayList<>();
    while (bytes.hasRemaining()) {
      int length =
          Math.toIntExact(
              ByteBuffer.wrap(checked(bytes, 8)).order(ByteOrder.LITTLE_ENDIAN).getLong());
      events.add(event(UnknownFieldSet.parseFrom(checked(bytes, length))));
    }
    return events;
  }

  private static byte[] checked(ByteBuffer bytes, int length) {
    byte[] data = new byte[length];
    bytes.get(data);
    int crc = crc32c(data);
    assertThat(bytes.getInt()).isEqualTo((crc >>> 15 | crc << 17) + 0xa282ead8);
    return data;
  }

  private static int crc32c(byte[] data) {
    int crc = -1;
    for (byte each : data) {
      crc ^= each & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) != 0 ? crc >>> 1 ^ POLYNOMIAL : crc >>> 1;
      }
    }
    return ~crc;
  }

  private static Event event(UnknownFieldSet fields) throws IOException {
    Map<String, Float> scalars = new LinkedHashMap<>();
    for (ByteString summary : fields.getField(5).getLengthDelimitedList()) {
      for (ByteString value :
          UnknownFieldSet.parseFrom(summary).getField(1).getLengthDelimitedList()) {
        UnknownFieldSet scalar = UnknownFieldSet.parseFrom(value);
        scalars.put(
            scalar.getField(1).getLengthDelimitedList().get(0).toStringUtf8(),
            Float.intBitsToFloat(scalar.getField(2).getFixed32List().get(0)));
      }
    }
    List<ByteString> version = fields.getField(3).getLengthDelimitedList();
    List<ByteString> session = fields.getField(7).getLengthDelimitedList();
    return new Event(
        Double.longBitsToDouble(fields.getField(1).getFixed64List().get(0)),
        fields.hasField(2) ? fields.getField(2).getVarintList().get(0) : 0,
        version.isEmpty() ? "" : version.get(0).toStringUtf8(),
        !session.isEmpty()
            && UnknownFieldSet.parseFrom(session.get(0))
                .getField(1)
                .getVarintList()
                .equals(List.of(1L)),
        scalars);
  }
}
