package org.tune4j.engine.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tune4j.engine.data.source.Reading.all;
import static org.tune4j.engine.data.source.Reading.skipping;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.DataException;
import org.tune4j.engine.StorageException;

class JsonLinesTest {
  @TempDir Path folder;

  private Path write(byte[] content) throws IOException {
    return Files.write(folder.resolve("a.jsonl"), content);
  }

  private ExampleSource source(String... lines) throws IOException {
    return new DataFiles().open(write(String.join("\n", lines).getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void rowsKnowFileAndLine() throws IOException {
    String file = folder.resolve("a.jsonl").toString();
    ExampleSource source =
        source(
            "\uFEFF{\"text\":\"a\"}\r",
            "",
            "  \t",
            "{\"text\":\"q\u2028\\ud83d\",\"more\":[1,{\"deep\":null}]}");
    List<Row> rows = all(source);
    assertThat(rows)
        .containsExactly(
            new Row(Reading.json("{'text':'a'}"), file, 1),
            new Row(Reading.json("{'text':'q\u2028\\ud83d','more':[1,{'deep':null}]}"), file, 4))
        .isEqualTo(all(source));
    assertThat(rows.get(1).where()).isEqualTo(file + ":4");
    assertThat(rows.get(1).columns().get("text").asText()).isEqualTo("q\u2028\uD83D");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "[1]; found JSON of kind array, wanted is an object",
        "null; found JSON of kind null, wanted is an object",
        "{\"text\":\"secret\"; not valid JSON at column",
        "{\"text\":secret}; not valid JSON at column",
        "{\"text\":\"a\"} {}; not valid JSON",
        "{\"text\":\"a\",}; not valid JSON",
        "{'text':'a'}; not valid JSON",
        "{\"text\":NaN}; not valid JSON",
        "{\"text\":01}; not valid JSON",
        "{\"text\":\"a\",\"text\":\"b\"}; the name 'text' occurs twice",
        "text; not valid JSON"
      })
  void badRowsAreNamedAndTheOthersRead(String row, String problem) throws IOException {
    ExampleSource source = source("{\"text\":\"good\"}", row, "{\"text\":\"end\"}");
    BadRows bad = new BadRows(BadRows.Policy.FAIL);
    assertThat(all(source, bad)).extracting(Row::line).containsExactly(1L, 3L);
    assertThat(bad.first()).hasSize(1);
    assertThat(bad.first().get(0)).contains("a.jsonl:2: ").contains(problem);
    assertThatThrownBy(bad::throwIfFailing)
        .isInstanceOf(DataException.class)
        .hasMessageNotContainingAny("secret", "good");
  }

  @Test
  void noCauseTellsWhatTheRowSays() {
    assertThatThrownBy(() -> StrictJson.parse("{\"text\":secret}"))
        .isInstanceOf(DataException.class)
        .hasNoCause();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1.10", "1E+3", "1E+400", "100000000000000000000", "-0.50", "1E-8", "12", "0.0"})
  void numbersKeepTheirDigits(String number) throws IOException {
    Row row = all(source("{\"n\":" + number + "}")).get(0);
    assertThat(row.columns().get("n").asText()).isEqualTo(number);
    assertThat(row.columns().toString()).isEqualTo("{\"n\":" + number + "}");
  }

  @Test
  void whatIsTooDeepOrTooLongIsABadRow() throws IOException {
    BadRows bad = skipping();
    ExampleSource source =
        source(
            "{\"a\":" + "[".repeat(2000) + "]".repeat(2000) + "}",
            "{\"a\":" + "1".repeat(2000) + "}",
            "{\"a\":1}");
    assertThat(all(source, bad)).extracting(Row::line).containsExactly(3L);
    assertThat(bad.first().get(0)).endsWith("a.jsonl:1: nested deeper than 1000 levels");
    assertThat(bad.first().get(1)).contains("a.jsonl:2: ").contains("too long");
  }

  @Test
  void bytesThatAreNotUtf8AreBlamedOnTheirLine() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write("{\"text\":\"ä\uFFFD\"}\n".getBytes(StandardCharsets.UTF_8));
    bytes.write("{\"text\":\"宾馆\"}\n".getBytes(Charset.forName("GB18030")));
    bytes.write("{\"text\":\"end\"}\n".getBytes(StandardCharsets.UTF_8));
    BadRows bad = skipping();
    assertThat(all(new DataFiles().open(write(bytes.toByteArray())), bad))
        .extracting(Row::line)
        .containsExactly(1L, 3L);
    assertThat(bad.first().get(0))
        .contains("a.jsonl:2: not valid UTF-8 (byte 0xB1)")
        .endsWith("save the file as UTF-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE"})
  void utf16IsRecognized(String charset) throws IOException {
    String text = charset.equals("UTF-16") ? "{\"a\":1}" : "\uFEFF{\"a\":1}";
    Path file = write(text.getBytes(Charset.forName(charset)));
    assertThatThrownBy(() -> all(new DataFiles().open(file)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a.jsonl")
        .hasMessageContaining("UTF-16; save the file as UTF-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "\uFEFF", " \r\n\t\n"})
  void nothingButWhiteSpaceIsNoRows(String content) throws IOException {
    assertThat(all(source(content))).isEmpty();
  }

  @Test
  void aVanishedFileIsToldOf() throws IOException {
    ExampleSource source = source("{}");
    Files.delete(folder.resolve("a.jsonl"));
    assertThatThrownBy(() -> source.rows(skipping()))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("a.jsonl");
  }

  /** A row of 100 MB between two small ones, without its bytes anywhere. */
  private static InputStream hugeRow() {
    byte[] front = "{\"a\":1}\n{\"a\":\"".getBytes(StandardCharsets.UTF_8);
    byte[] back = "\"}\n{\"a\":3}\n".getBytes(StandardCharsets.UTF_8);
    long length = 100_000_000;
    return new InputStream() {
      private long at;

      @Override
      public int read() {
        long behind = at - front.length - length;
        int b =
            at < front.length
                ? front[(int) at]
                : behind < 0 ? 'x' : behind < back.length ? back[(int) behind] : -1;
        at++;
        return b;
      }
    };
  }

  @Test
  void aRowOf100MegabytesIsSkippedWithoutHoldingIt() {
    ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    BadRows bad = skipping();
    long before = thread.getCurrentThreadAllocatedBytes();
    RowReader reader =
        FileFormat.JSON_LINES.read(new ByteInput("huge.jsonl", hugeRow()), Row.MAX_BYTES);
    try (Stream<Row> rows = reader.stream("huge.jsonl", bad)) {
      assertThat(rows.map(Row::line)).containsExactly(1L, 3L);
    }
    long allocated = thread.getCurrentThreadAllocatedBytes() - before;
    assertThat(allocated).isLessThan(3L * Row.MAX_BYTES);
    assertThat(bad.first())
        .containsExactly("huge.jsonl:2: the row is longer than 64 MiB; cut it or leave it out");
  }

  @Test
  void whatIsHeldOfARowDependsOnTheLimitAlone() {
    ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    BadRows bad = skipping();
    long before = thread.getCurrentThreadAllocatedBytes();
    RowReader reader = FileFormat.JSON_LINES.read(new ByteInput("huge.jsonl", hugeRow()), 1 << 20);
    try (Stream<Row> rows = reader.stream("huge.jsonl", bad)) {
      assertThat(rows.map(Row::line)).containsExactly(1L, 3L);
    }
    assertThat(thread.getCurrentThreadAllocatedBytes() - before).isLessThan(8 << 20);
    assertThat(bad.count()).isEqualTo(1);
  }
}
