package org.tune4j.engine.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tune4j.engine.data.source.Reading.all;
import static org.tune4j.engine.data.source.Reading.columns;
import static org.tune4j.engine.data.source.Reading.json;
import static org.tune4j.engine.data.source.Reading.skipping;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.DataException;

class CsvFileTest {
  @TempDir Path folder;

  private ExampleSource source(String content) throws IOException {
    return new DataFiles().open(Files.writeString(folder.resolve("a.csv"), content));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n"})
  void fieldsMayBeQuoted(String end) throws IOException {
    String content =
        String.join(
            end,
            "\uFEFFlabel,\"re\"\"view\"",
            "1,plain",
            "",
            "0,\"a, \"\"b\"\"" + end + end + "c\"",
            "\"\", 5\" disk ",
            ",");
    ExampleSource source = source(content);
    assertThat(all(source)).extracting(Row::line).containsExactly(2L, 4L, 7L, 8L);
    assertThat(columns(source))
        .containsExactly(
            json("{'label':'1','re\\\"view':'plain'}"),
            json(
                "{'label':'0','re\\\"view':'a, \\\"b\\\""
                    + (end + end).replace("\r", "\\r").replace("\n", "\\n")
                    + "c'}"),
            json("{'label':'','re\\\"view':' 5\\\" disk '}"),
            json("{'label':'','re\\\"view':''}"));
  }

  @Test
  void tabsSeparateInTsv() throws IOException {
    Path file = Files.writeString(folder.resolve("a.tsv"), "a\tb\n1,5\t\"x\ty\"\n");
    assertThat(columns(new DataFiles().open(file)))
        .containsExactly(json("{'a':'1,5','b':'x\\ty'}"));
  }

  @Test
  void aColumnWithoutANameIsOne() throws IOException {
    assertThat(columns(source(",text\n0,a\n"))).containsExactly(json("{'':'0','text':'a'}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n\n", "a,b\n", "a,b"})
  void nothingButNamesIsNoRows(String content) throws IOException {
    assertThat(all(source(content))).isEmpty();
  }

  @Test
  void raggedAndBrokenRowsAreNamed() throws IOException {
    BadRows bad = skipping();
    ExampleSource source =
        source("a,b\n1,2\n\"3\n\"\n4,5,6\n7,8\n  \n\"secret\"x,1\nsecret\r,2\n9,10\n");
    assertThat(all(source, bad)).extracting(Row::line).containsExactly(2L, 6L, 10L);
    assertThat(bad.first())
        .satisfiesExactly(
            first -> assertThat(first).endsWith("a.csv:3: 1 field, wanted are 2: a, b"),
            first -> assertThat(first).endsWith("a.csv:5: 3 fields, wanted are 2: a, b"),
            first -> assertThat(first).endsWith("a.csv:7: 1 field, wanted are 2: a, b"),
            first -> assertThat(first).contains("a.csv:8: text behind a closing quote"),
            first -> assertThat(first).endsWith("a.csv:9: a carriage return outside of quotes"))
        .noneMatch(first -> first.contains("secret"));
  }

  @Test
  void aNameThatOccursTwiceIsRefused() throws IOException {
    ExampleSource source = source("\na,b,a\n1,2,3\n");
    assertThatThrownBy(() -> all(source))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a.csv:2: ")
        .hasMessageContaining("'a' occurs twice");
  }

  @Test
  void aQuoteThatIsNeverClosedIsRefused() throws IOException {
    ExampleSource source = source("a,b\n1,2\n\"3,4\n5,6\n");
    assertThatThrownBy(() -> all(source, skipping()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a.csv:5: ")
        .hasMessageContaining("the record that begins in line 3");
  }

  @Test
  void anotherEncodingIsBlamedOnItsLine() throws IOException {
    Path file =
        Files.write(
            folder.resolve("a.csv"), "a,b\n1,\"x\n酒店\"\n".getBytes(Charset.forName("GB18030")));
    assertThatThrownBy(() -> all(new DataFiles().open(file)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a.csv:2: not valid UTF-8 (byte 0xBE in line 2 of the row)");
    Files.write(file, "标,b\n".getBytes(Charset.forName("GB18030")));
    assertThatThrownBy(() -> all(new DataFiles().open(file)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a.csv:1: the names of the columns: not valid UTF-8");
  }

  @Test
  void aLongRecordIsSkippedToItsRealEnd() {
    String text = "a,b\n1,2\n3,\"" + "x\n,".repeat(2000) + "\"\n4,5\n";
    ByteInput in =
        new ByteInput("a.csv", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    BadRows bad = skipping();
    try (Stream<Row> rows = FileFormat.CSV.read(in, 1000).stream("a.csv", bad)) {
      assertThat(rows.map(row -> row.columns().get("a").asText())).containsExactly("1", "4");
    }
    assertThat(bad.first())
        .containsExactly("a.csv:3: the row is longer than 1000 bytes; cut it or leave it out");
  }
}
