package org.tune4j.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tune4j.sources.ParquetFixture.all;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.api.Binary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.data.source.BadRows;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.Row;
import org.tune4j.engine.data.source.RowTable;
import org.tune4j.engine.data.source.RowTables;
import org.tune4j.engine.data.source.StrictJson;

class ParquetSourceTest {
  @TempDir Path folder;

  private static BadRows failing() {
    return new BadRows(BadRows.Policy.FAIL);
  }

  /** A file with one row of one column {@code c}. */
  private Path one(String type, BiConsumer<Group, Integer> fill) throws IOException {
    return ParquetFixture.write(
        folder.resolve("a.parquet"),
        "message m { " + type + " }",
        1,
        CompressionCodecName.UNCOMPRESSED,
        fill);
  }

  private static JsonNode value(Path file) {
    BadRows bad = failing();
    List<Row> rows = all(new ParquetSource(file), bad);
    bad.throwIfFailing();
    return rows.get(0).columns().get("c");
  }

  private static ObjectNode object(String json) {
    return (ObjectNode) StrictJson.parse(json);
  }

  private static Binary hex(String digits) {
    return Binary.fromConstantByteArray(HexFormat.of().parseHex(digits));
  }

  private static Binary oldTimestamp(long nanos, int julianDay) {
    return Binary.fromConstantByteArray(
        ByteBuffer.allocate(12)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(nanos)
            .putInt(julianDay)
            .array());
  }

  private static Arguments kind(String type, BiConsumer<Group, Integer> fill, String json) {
    return Arguments.of(type, fill, json);
  }

  static Stream<Arguments> kinds() {
    return Stream.of(
        kind("optional binary c (STRING);", (r, i) -> r.add("c", "宾馆"), "\"宾馆\""),
        kind("optional binary c (STRING);", (r, i) -> {}, "null"),
        kind("required binary c (ENUM);", (r, i) -> r.add("c", "A"), "\"A\""),
        kind("required binary c (JSON);", (r, i) -> r.add("c", "{\"a\":[1.50]}"), "{\"a\":[1.50]}"),
        kind("required boolean c;", (r, i) -> r.add("c", true), "true"),
        kind("required int32 c;", (r, i) -> r.add("c", -3), "-3"),
        kind("required int32 c (INTEGER(8,true));", (r, i) -> r.add("c", -3), "-3"),
        kind("required int32 c (INTEGER(32,false));", (r, i) -> r.add("c", -1), "4294967295"),
        kind("required int64 c;", (r, i) -> r.add("c", 1L << 40), "1099511627776"),
        kind(
            "required int64 c (INTEGER(64,false));",
            (r, i) -> r.add("c", -1L),
            "18446744073709551615"),
        kind("required float c;", (r, i) -> r.add("c", 0.1f), "0.1"),
        kind("required double c;", (r, i) -> r.add("c", -2.5), "-2.5"),
        kind(
            "required fixed_len_byte_array(2) c (FLOAT16);",
            (r, i) -> r.add("c", hex("003e")),
            "1.5"),
        kind(
            "required fixed_len_byte_array(2) c (FLOAT16);",
            (r, i) -> r.add("c", hex("0180")),
            "-5.9604645E-8"),
        kind(
            "required fixed_len_byte_array(2) c (FLOAT16);",
            (r, i) -> r.add("c", hex("ff7b")),
            "65504.0"),
        kind("required int32 c (DECIMAL(5,2));", (r, i) -> r.add("c", -150), "-1.50"),
        kind("required int64 c (DECIMAL(18,0));", (r, i) -> r.add("c", 150L), "150"),
        kind("required binary c (DECIMAL(30,3));", (r, i) -> r.add("c", hex("ff38")), "-0.200"),
        kind(
            "required fixed_len_byte_array(3) c (DECIMAL(6,1));",
            (r, i) -> r.add("c", hex("00000f")),
            "1.5"),
        kind("required int32 c (DATE);", (r, i) -> r.add("c", -1), "\"1969-12-31\""),
        kind(
            "required int32 c (TIME(MILLIS,true));",
            (r, i) -> r.add("c", 3_600_001),
            "\"01:00:00.001\""),
        kind(
            "required int64 c (TIME(NANOS,false));",
            (r, i) -> r.add("c", 1L),
            "\"00:00:00.000000001\""),
        kind(
            "required int64 c (TIMESTAMP(MILLIS,true));",
            (r, i) -> r.add("c", -1L),
            "\"1969-12-31T23:59:59.999Z\""),
        kind(
            "required int64 c (TIMESTAMP(MICROS,false));",
            (r, i) -> r.add("c", 1L),
            "\"1970-01-01T00:00:00.000001\""),
        kind(
            "required int64 c (TIMESTAMP(NANOS,true));",
            (r, i) -> r.add("c", 1_000_000_000L),
            "\"1970-01-01T00:00:01Z\""),
        kind(
            "required int96 c;",
            (r, i) -> r.add("c", oldTimestamp(1_000_000_000L, 2440588 + 1)),
            "\"1970-01-02T00:00:01\""),
        kind(
            "required fixed_len_byte_array(16) c (UUID);",
            (r, i) -> r.add("c", hex("00112233445566778899aabbccddeeff")),
            "\"00112233-4455-6677-8899-aabbccddeeff\""),
        kind(
            "optional group c { optional binary d (STRING); required int32 e; }",
            (r, i) -> r.addGroup("c").append("e", 1),
            "{\"d\":null,\"e\":1}"),
        kind("optional group c { required int32 e; }", (r, i) -> {}, "null"),
        kind("repeated int32 c;", (r, i) -> r.append("c", 1).append("c", 2), "[1,2]"),
        kind("repeated int32 c;", (r, i) -> {}, "[]"),
        kind(
            "optional group c (LIST) { repeated group list { optional binary element (STRING); } }",
            (r, i) -> {
              Group list = r.addGroup("c");
              list.addGroup("list").append("element", "a");
              list.addGroup("list");
            },
            "[\"a\",null]"),
        kind(
            "optional group c (LIST) { repeated group list { optional int32 element; } }",
            (r, i) -> r.addGroup("c"),
            "[]"),
        kind(
            "optional group c (LIST) { repeated group list { optional int32 element; } }",
            (r, i) -> {},
            "null"),
        kind(
            "optional group c (LIST) { repeated int32 element; }",
            (r, i) -> r.addGroup("c").append("element", 1),
            "[1]"),
        kind(
            "optional group c (LIST) { repeated group array { required int32 n; } }",
            (r, i) -> r.addGroup("c").addGroup("array").append("n", 1),
            "[{\"n\":1}]"),
        kind(
            "optional group c (LIST) { repeated group c_tuple { required int32 n; } }",
            (r, i) -> r.addGroup("c").addGroup("c_tuple").append("n", 1),
            "[{\"n\":1}]"),
        kind(
            "optional group c (LIST) { repeated group element { required int32 n; required int32 m; } }",
            (r, i) -> r.addGroup("c").addGroup("element").append("n", 1).append("m", 2),
            "[{\"n\":1,\"m\":2}]"),
        kind(
            "required group c (LIST) { repeated group list { required group element (LIST) {"
                + " repeated group list { required int32 element; } } } }",
            (r, i) ->
                r.addGroup("c")
                    .addGroup("list")
                    .addGroup("element")
                    .addGroup("list")
                    .append("element", 7),
            "[[7]]"),
        kind(
            "required group c (MAP) { repeated group key_value { required binary key (STRING);"
                + " optional int32 value; } }",
            (r, i) -> {
              Group map = r.addGroup("c");
              map.addGroup("key_value").append("key", "a").append("value", 1);
              map.addGroup("key_value").append("key", "b");
            },
            "{\"a\":1,\"b\":null}"),
        kind(
            "required group c (MAP_KEY_VALUE) { repeated group map { required int32 key; required int32 value; } }",
            (r, i) -> r.addGroup("c").addGroup("map").append("key", 5).append("value", 1),
            "{\"5\":1}"),
        kind(
            "required group c (MAP) { repeated group key_value { required binary key (STRING); } }",
            (r, i) -> r.addGroup("c").addGroup("key_value").append("key", "a"),
            "{\"a\":null}"));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void valuesOfAllKindsAreRead(String type, BiConsumer<Group, Integer> fill, String json)
      throws IOException {
    assertThat(value(one(type, fill))).isEqualTo(StrictJson.parse(json));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "required binary c;|c is BINARY (plain bytes)",
        "required fixed_len_byte_array(3) c;|c is FIXED_LEN_BYTE_ARRAY (plain bytes)",
        "required fixed_len_byte_array(12) c (INTERVAL);|INTERVAL",
        "required binary c (BSON);|BSON",
        "required group c { required group d { required binary e; } }|c.d.e is BINARY",
        "required group c (LIST) { repeated group list { required binary e; } }|c is BINARY",
        "required group c (MAP) { repeated group m { required binary key; } }|c.key is BINARY"
      })
  void aTypeThatFitsNoColumnIsNamed(String type, String problem) throws IOException {
    Path file =
        one("optional int32 good; optional " + type.replaceFirst("required ", ""), (r, i) -> {});
    assertThatThrownBy(() -> all(new ParquetSource(file), failing()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a.parquet: column c")
        .hasMessageContaining(problem)
        .hasMessageContaining("fits no column value");
    assertThat(all(new ParquetSource(file, List.of("good")), failing()))
        .containsExactly(new Row(object("{\"good\":null}"), file.toString(), 1));
  }

  private static final String WHOLE =
      "message m { required int32 n; optional binary text (STRING); }";

  private Path many(CompressionCodecName codec) throws IOException {
    return ParquetFixture.write(
        folder.resolve("many.parquet"),
        WHOLE,
        250,
        codec,
        (row, i) -> {
          row.add("n", i);
          if (i % 3 != 0) {
            row.add("text", "text ".repeat(i));
          }
        });
  }

  @ParameterizedTest
  @EnumSource(names = {"UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD", "LZ4_RAW"})
  void rowGroupsOfAllCodecsAreRead(CompressionCodecName codec) throws IOException {
    ParquetSource source = new ParquetSource(many(codec));
    List<Row> rows = all(source, failing());
    assertThat(rows).hasSize(250).isEqualTo(all(source, failing()));
    for (int i = 0; i < 250; i++) {
      assertThat(rows.get(i).line()).isEqualTo(i + 1);
      assertThat(rows.get(i).columns().get("n").asInt()).isEqualTo(i);
      assertThat(rows.get(i).columns().get("text").textValue())
          .isEqualTo(i % 3 == 0 ? null : "text ".repeat(i));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BROTLI", "LZO", "LZ4"})
  void aCodecThatCannotBeReadIsNamed(CompressionCodecName codec) throws IOException {
    ParquetSource source = new ParquetSource(many(codec));
    assertThatThrownBy(() -> all(source, failing()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("many.parquet: compressed by " + codec)
        .hasMessageContaining("ZSTD");
  }

  @Test
  void filesAreOpenedByNameAndMadeTables() throws IOException {
    Path file = many(CompressionCodecName.SNAPPY);
    DataFiles files = new DataFiles().with("parquet", ParquetSource::new);
    try (RowTable table = RowTables.of(files.open(file))) {
      assertThat(table.size()).isEqualTo(250);
      assertThat(table.row(249)).isEqualTo(all(new ParquetSource(file), failing()).get(249));
    }
  }

  @Test
  void columnsCanBeChosenAndMustBeThere() throws IOException {
    Path file = many(CompressionCodecName.SNAPPY);
    assertThat(all(new ParquetSource(file, List.of("text")), failing()).get(1).columns())
        .isEqualTo(object("{\"text\":\"text \"}"));
    assertThatThrownBy(() -> all(new ParquetSource(file, List.of("txt")), failing()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("many.parquet: there is no column 'txt'; did you mean 'text'?");
  }

  @Test
  void noRowsAreNone() throws IOException {
    Path file =
        ParquetFixture.write(
            folder.resolve("a.parquet"), WHOLE, 0, CompressionCodecName.SNAPPY, (r, i) -> {});
    assertThat(all(new ParquetSource(file), failing())).isEmpty();
  }

  @Test
  void valuesThatCannotBeUsedMakeBadRows() throws IOException {
    Path file =
        ParquetFixture.write(
            folder.resolve("a.parquet"),
            "message m { optional double d; optional binary s (STRING); optional binary j (JSON);"
                + " optional int64 t (TIME(NANOS,true));"
                + " optional group m (MAP) { repeated group kv { required int32 k; } } }",
            7,
            CompressionCodecName.SNAPPY,
            (row, i) -> {
              switch (i) {
                case 0 -> row.add("d", Double.NaN);
                case 1 -> row.add("s", hex("61ff"));
                case 2 -> row.add("j", "secret");
                case 3 -> row.add("t", -1L);
                case 4 -> {
                  Group map = row.addGroup("m");
                  map.addGroup("kv").append("k", 1);
                  map.addGroup("kv").append("k", 1);
                }
                default -> row.add("d", 1.0);
              }
            });
    BadRows bad = new BadRows(BadRows.Policy.SKIP);
    assertThat(all(new ParquetSource(file), bad)).extracting(Row::line).containsExactly(6L, 7L);
    assertThat(bad.first())
        .satisfiesExactly(
            first -> assertThat(first).contains("a.parquet:1: column 'd': NaN is no number"),
            first -> assertThat(first).contains("a.parquet:2: column 's': not valid UTF-8"),
            first -> assertThat(first).contains("a.parquet:3: column 'j': not valid JSON"),
            first -> assertThat(first).contains("a.parquet:4: column 't': a time of day of -1"),
            first -> assertThat(first).contains("a.parquet:5: column 'm': a map has the same key"));
  }

  @Test
  void whatIsNoParquetFileIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("a.parquet"), "{\"a\":1}\n".repeat(10));
    for (int length : new int[] {80, 8, 3, 0}) {
      Files.write(file, Arrays.copyOf(Files.readAllBytes(file), length));
      assertThatThrownBy(() -> all(new ParquetSource(file), failing()))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("a.parquet: no Parquet file, or one that is damaged");
    }
    Files.delete(file);
    assertThatThrownBy(() -> all(new ParquetSource(file), failing()))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("a.parquet");
  }

  @Test
  void damagedPagesAreFound() throws IOException {
    Path file = many(CompressionCodecName.ZSTD);
    byte[] whole = Files.readAllBytes(file);
    // In the middle of the first column's first page.
    whole[60] ^= 1;
    Files.write(file, whole);
    assertThatThrownBy(() -> all(new ParquetSource(file), failing()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("many.parquet: no Parquet file, or one that is damaged");
  }
}
