package org.tune4j.sources;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.JulianFields;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.EnumLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.Float16LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.JsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UnknownLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.source.JsonValues;
import org.tune4j.engine.data.source.StrictJson;

/** Makes column values of Parquet's primitive values, by what a type says that they mean. */
final class ParquetLeaf {
  private ParquetLeaf() {}

  static ParquetValue of(PrimitiveType type, String path) {
    LogicalTypeAnnotation meaning = type.getLogicalTypeAnnotation();
    if (meaning instanceof UnknownLogicalTypeAnnotation) {
      // The type of columns that hold nothing but null.
      return (group, field, index) -> NullNode.instance;
    }
    return switch (type.getPrimitiveTypeName()) {
      case BOOLEAN -> (group, field, index) -> JsonValues.of(group.getBoolean(field, index));
      case FLOAT -> (group, field, index) -> JsonValues.of(group.getFloat(field, index));
      case DOUBLE -> (group, field, index) -> JsonValues.of(group.getDouble(field, index));
      case INT32 -> {
        LongFunction<JsonNode> value = whole(type, path, Integer.SIZE);
        yield (group, field, index) -> value.apply(group.getInteger(field, index));
      }
      case INT64 -> {
        LongFunction<JsonNode> value = whole(type, path, Long.SIZE);
        yield (group, field, index) -> value.apply(group.getLong(field, index));
      }
      case INT96 ->
          (group, field, index) -> JsonValues.of(oldTimestamp(bytes(group.getInt96(field, index))));
      case BINARY, FIXED_LEN_BYTE_ARRAY -> {
        Function<byte[], JsonNode> value = bytes(type, path);
        yield (group, field, index) -> value.apply(bytes(group.getBinary(field, index)));
      }
    };
  }

  /** Through a buffer, which finds a length that cannot be; {@code getBytes} would allocate it. */
  private static byte[] bytes(Binary binary) {
    ByteBuffer buffer = binary.toByteBuffer();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  /** Of values of 32 or 64 bits. */
  private static LongFunction<JsonNode> whole(PrimitiveType type, String path, int bits) {
    LogicalTypeAnnotation meaning = type.getLogicalTypeAnnotation();
    if (meaning == null) {
      return JsonValues::number;
    }
    if (meaning instanceof IntLogicalTypeAnnotation integer) {
      return integer.isSigned() ? JsonValues::number : value -> unsigned(value, bits);
    }
    if (meaning instanceof DecimalLogicalTypeAnnotation decimal) {
      return value -> JsonValues.number(BigDecimal.valueOf(value, decimal.getScale()));
    }
    if (meaning instanceof DateLogicalTypeAnnotation) {
      return value -> JsonValues.of(LocalDate.ofEpochDay(value));
    }
    if (meaning instanceof TimeLogicalTypeAnnotation time) {
      TimeUnit unit = unit(time.getUnit());
      return value -> JsonValues.of(timeOfDay(unit.toNanos(value)));
    }
    if (meaning instanceof TimestampLogicalTypeAnnotation timestamp) {
      ChronoUnit unit = unit(timestamp.getUnit()).toChronoUnit();
      return timestamp.isAdjustedToUTC()
          ? value -> JsonValues.of(Instant.EPOCH.plus(value, unit))
          : value -> JsonValues.of(utc(Instant.EPOCH.plus(value, unit)));
    }
    throw ParquetValue.unfit(path, type.toString());
  }

  private static JsonNode unsigned(long value, int bits) {
    return bits == Integer.SIZE
        ? JsonValues.number(Integer.toUnsignedLong((int) value))
        : JsonValues.number(new BigInteger(Long.toUnsignedString(value)));
  }

  private static TimeUnit unit(LogicalTypeAnnotation.TimeUnit unit) {
    return switch (unit) {
      case MILLIS -> TimeUnit.MILLISECONDS;
      case MICROS -> TimeUnit.MICROSECONDS;
      case NANOS -> TimeUnit.NANOSECONDS;
    };
  }

  private static LocalTime timeOfDay(long nanos) {
    if (nanos < 0 || nanos >= TimeUnit.DAYS.toNanos(1)) {
      throw new DataException("a time of day of " + nanos + " nanoseconds");
    }
    return LocalTime.ofNanoOfDay(nanos);
  }

  private static LocalDateTime utc(Instant instant) {
    return LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
  }

  /** Nanoseconds of the day and Julian day, as Hive and Spark wrote them. */
  private static LocalDateTime oldTimestamp(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long nanos = in.getLong();
    long day = in.getInt() - LocalDate.EPOCH.getLong(JulianFields.JULIAN_DAY);
    return LocalDate.ofEpochDay(day).atStartOfDay().plusNanos(nanos);
  }

  /** Of values that are bytes. */
  private static Function<byte[], JsonNode> bytes(PrimitiveType type, String path) {
    LogicalTypeAnnotation meaning = type.getLogicalTypeAnnotation();
    if (meaning instanceof StringLogicalTypeAnnotation
        || meaning instanceof EnumLogicalTypeAnnotation) {
      return bytes -> JsonValues.of(JsonValues.text(bytes));
    }
    if (meaning instanceof JsonLogicalTypeAnnotation) {
      return bytes -> StrictJson.parse(JsonValues.text(bytes));
    }
    if (meaning instanceof DecimalLogicalTypeAnnotation decimal) {
      return bytes -> JsonValues.number(new BigDecimal(new BigInteger(bytes), decimal.getScale()));
    }
    if (meaning instanceof UUIDLogicalTypeAnnotation) {
      return bytes -> {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return JsonValues.of(new UUID(in.getLong(), in.getLong()));
      };
    }
    if (meaning instanceof Float16LogicalTypeAnnotation) {
      return bytes -> JsonValues.of(half((bytes[1] & 0xFF) << 8 | bytes[0] & 0xFF));
    }
    throw ParquetValue.unfit(
        path, meaning == null ? type.getPrimitiveTypeName() + " (plain bytes)" : type.toString());
  }

  /** A number of IEEE 754's 16 bits: a sign, five bits of exponent, ten of fraction. */
  private static float half(int bits) {
    int exponent = bits >> 10 & 0x1F;
    int fraction = bits & 0x3FF;
    float size =
        switch (exponent) {
          case 0 -> Math.scalb((float) fraction, -24);
          case 0x1F -> fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
          default -> Math.scalb((float) (fraction | 0x400), exponent - 25);
        };
    return bits < 0x8000 ? size : -size;
  }
}
