package org.tune4j.engine.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tune4j.engine.data.source.Reading.gzip;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Rows written by hand, as the formats' standards say, are read back. */
class RoundTripTest {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Characters that matter to some format, and some of each length in UTF-8. */
  @Provide
  static Arbitrary<String> texts() {
    return Arbitraries.strings()
        .withChars("ab,;\t\"'\\{}[]:\n\r \u0000\u0085\u2028é宾")
        .withChars("\uD83D\uDE00")
        .ofMaxLength(12)
        .filter(RoundTripTest::isWellFormed);
  }

  private static boolean isWellFormed(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  @Provide
  static Arbitrary<List<ObjectNode>> jsonRows() {
    Arbitrary<JsonNode> leaves =
        Arbitraries.oneOf(
            texts().map(NODES::textNode),
            Arbitraries.integers().map(NODES::numberNode),
            Arbitraries.longs()
                .lessOrEqual(Integer.MIN_VALUE - 1L)
                .map(value -> (JsonNode) NODES.numberNode(value.longValue())),
            Arbitraries.bigDecimals()
                .ofScale(3)
                .map(value -> (JsonNode) DecimalNode.valueOf(value)),
            Arbitraries.of(true, false).map(NODES::booleanNode),
            Arbitraries.just(NODES.nullNode()));
    Arbitrary<JsonNode> values =
        Arbitraries.oneOf(
            leaves,
            leaves.list().ofMaxSize(3).map(list -> NODES.arrayNode().addAll(list)),
            Arbitraries.maps(texts(), leaves)
                .ofMaxSize(3)
                .map(map -> NODES.objectNode().setAll(map)));
    return Arbitraries.maps(texts(), values)
        .ofMaxSize(4)
        .map(map -> (ObjectNode) NODES.objectNode().setAll(map))
        .list()
        .ofMaxSize(8);
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void jsonLines(
      @ForAll("jsonRows") List<ObjectNode> rows, @ForAll("ends") String end, @ForAll boolean pack)
      throws IOException {
    String text = rows.stream().map(RoundTripTest::json).collect(Collectors.joining(end));
    assertThat(read(FileFormat.JSON_LINES, text, pack)).isEqualTo(rows);
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void jsonArray(
      @ForAll("jsonRows") List<ObjectNode> rows,
      @ForAll("ends") String end,
      @ForAll boolean pack,
      @ForAll boolean wrapped)
      throws IOException {
    String array =
        rows.stream()
            .map(RoundTripTest::json)
            .collect(Collectors.joining(end + "," + end, "[", "]"));
    String text = wrapped ? "{\"n\":{\"m\":[0]},\"rows\":" + array + ",\"k\":null}" : array;
    assertThat(read(FileFormat.JSON, text, pack)).isEqualTo(rows);
  }

  @Provide
  static Arbitrary<String> ends() {
    return Arbitraries.of("\n", "\r\n", "\n\n");
  }

  @Provide
  static Arbitrary<List<List<String>>> tables() {
    return texts().list().ofSize(3).list().ofMaxSize(8);
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void csv(
      @ForAll("tables") List<List<String>> rows,
      @ForAll("ends") String end,
      @ForAll boolean tabs,
      @ForAll boolean quoteAll,
      @ForAll boolean pack)
      throws IOException {
    String separator = tabs ? "\t" : ",";
    StringBuilder text = new StringBuilder(String.join(separator, "a", "b", "c"));
    for (List<String> row : rows) {
      text.append(end)
          .append(
              row.stream()
                  .map(field -> field(field, separator, quoteAll))
                  .collect(Collectors.joining(separator)));
    }
    List<ObjectNode> wanted =
        rows.stream()
            .map(r -> NODES.objectNode().put("a", r.get(0)).put("b", r.get(1)).put("c", r.get(2)))
            .toList();
    FileFormat format = tabs ? FileFormat.TSV : FileFormat.CSV;
    assertThat(read(format, text.toString(), pack)).isEqualTo(wanted);
  }

  private static String field(String field, String separator, boolean quoteAll) {
    boolean mustBeQuoted =
        field.contains(separator)
            || field.contains("\"")
            || field.contains("\n")
            || field.contains("\r");
    return quoteAll || mustBeQuoted ? '"' + field.replace("\"", "\"\"") + '"' : field;
  }

  @Provide
  static Arbitrary<List<List<String>>> sentences() {
    Arbitrary<String> tokens =
        texts().filter(t -> !t.isEmpty() && t.chars().noneMatch(c -> "\t\n\r".indexOf(c) >= 0));
    return tokens.list().ofMinSize(1).ofMaxSize(5).list().ofMaxSize(5);
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void taggedSentences(
      @ForAll("sentences") List<List<String>> sentences,
      @ForAll @IntRange(min = 1, max = 3) int blankLines,
      @ForAll boolean pack)
      throws IOException {
    StringBuilder text = new StringBuilder();
    List<ObjectNode> wanted = new ArrayList<>();
    for (List<String> sentence : sentences) {
      ArrayNode tokens = NODES.arrayNode();
      ArrayNode tags = NODES.arrayNode();
      for (String token : sentence) {
        String tag = token.length() > 3 ? "B-X" : "O";
        text.append(token).append('\t').append(tag).append('\n');
        tokens.add(token);
        tags.add(tag);
      }
      text.append("\n".repeat(blankLines));
      ObjectNode row = NODES.objectNode();
      row.set("tokens", tokens);
      row.set("tags", tags);
      wanted.add(row);
    }
    assertThat(read(FileFormat.TAGGED, text.toString(), pack)).isEqualTo(wanted);
  }

  private static List<ObjectNode> read(FileFormat format, String text, boolean pack)
      throws IOException {
    byte[] plain = text.getBytes(StandardCharsets.UTF_8);
    BadRows bad = new BadRows(BadRows.Policy.FAIL);
    ByteInput in = new ByteInput("a", trickling(pack ? gzip(plain) : plain));
    try (Stream<Row> rows = format.read(in, 1 << 20).stream("a", bad)) {
      List<ObjectNode> columns = rows.map(Row::columns).toList();
      bad.throwIfFailing();
      return columns;
    }
  }

  /** A few bytes a time, so that everything lies across the border of two reads. */
  private static InputStream trickling(byte[] bytes) {
    return new ByteArrayInputStream(bytes) {
      @Override
      public synchronized int read(byte[] into, int at, int length) {
        return super.read(into, at, Math.min(length, 3));
      }
    };
  }

  /** JSON as RFC 8259 has it, with nothing escaped that need not be. */
  private static String json(JsonNode value) {
    if (value.isObject()) {
      return value.properties().stream()
          .map(field -> string(field.getKey()) + ": " + json(field.getValue()))
          .collect(Collectors.joining(", ", "{", "}"));
    }
    if (value.isArray()) {
      List<String> elements = new ArrayList<>();
      value.forEach(element -> elements.add(json(element)));
      return "[" + String.join(",", elements) + "]";
    }
    return value.isTextual() ? string(value.textValue()) : value.asText();
  }

  private static String string(String text) {
    return text.chars()
        .mapToObj(
            c ->
                c == '"' || c == '\\'
                    ? "\\" + (char) c
                    : c < ' ' ? String.format("\\u%04X", c) : String.valueOf((char) c))
        .collect(Collectors.joining("", "\"", "\""));
  }
}
