package org.tune4j.engine.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tune4j.engine.data.source.Reading.all;
import static org.tune4j.engine.data.source.Reading.columns;
import static org.tune4j.engine.data.source.Reading.json;
import static org.tune4j.engine.data.source.Reading.skipping;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.DataException;

class JsonFileTest {
  @TempDir Path folder;

  private ExampleSource source(String content) throws IOException {
    return new DataFiles().open(Files.writeString(folder.resolve("a.json"), content));
  }

  @Test
  void anArrayGivesItsElementsWithTheirLines() throws IOException {
    ExampleSource source =
        source("\uFEFF [ {\"a\":\"x]},\\\"\"},\r\n\n  {\n \"a\": [1,\n2]}\n,{}]\n");
    assertThat(all(source)).extracting(Row::line).containsExactly(1L, 3L, 6L);
    assertThat(columns(source))
        .containsExactly(json("{'a':'x]},\\\"'}"), json("{'a':[1,2]}"), json("{}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"data\":[{\"a\":1},{\"a\":2}]}",
        "{\"version\":\"v[2]\",\"n\":1.5,\"data\":[{\"a\":1},{\"a\":2}],\"o\":{\"p\":[1]}}",
        "\n{ \"data\" : [ {\"a\":1} , {\"a\":2} ] ,\n \"done\" : true }"
      })
  void anObjectGivesItsOneArray(String content) throws IOException {
    assertThat(columns(source(content))).containsExactly(json("{'a':1}"), json("{'a':2}"));
  }

  @Test
  void oneObjectALineIsReadAsSuch() throws IOException {
    ExampleSource source = source("{\"a\":1}\n\n{\"a\":2}\n");
    assertThat(all(source)).extracting(Row::line).containsExactly(1L, 3L);
    assertThat(columns(source("{\"a\":[1]}\n{\"a\":[]}")))
        .containsExactly(json("{'a':[1]}"), json("{'a':[]}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " \n", "[]", "[ \n]", "{\"data\":[]}"})
  void noElementsAreNoRows(String content) throws IOException {
    assertThat(all(source(content))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{\"a\":1}; without a field that is an array",
        "{}; without a field that is an array",
        "{\"a\":[],\"b\":[]}; both field 'a' and field 'b' are arrays",
        "3; found '3', wanted is a JSON array",
        "[{} {}]; found '{', wanted is ','",
        "[{},]; found ']', wanted is a value",
        "[,{}]; found ',', wanted is a value",
        "[{}; found the end of the file, wanted is ','",
        "[{\"a\":1; the file ends within the value",
        "[{\"a\":\"x; the file ends within the value",
        "[{}] x; found 'x' behind the end",
        "{\"data\":[{}]} ]; found ']' behind the end",
        "{\"data\":[{}],}; found '}', wanted is the name",
        "{\"data\" [{}]}; found '[', wanted is ':'",
        "{\"n\":tru,\"data\":[{}]}; not valid JSON",
        "{\"data\":[{}]; found the end of the file, wanted is ','"
      })
  void whatIsNoJsonFileOfRowsIsRefused(String content, String problem) throws IOException {
    ExampleSource source = source(content);
    assertThatThrownBy(() -> all(source, skipping()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a.json:1: ")
        .hasMessageContaining(problem);
  }

  @Test
  void badElementsAreBadRows() throws IOException {
    BadRows bad = skipping();
    ExampleSource source =
        source("[{\"a\":1},\n3,\n\"text\",\n{\"a\":1,\"a\":2},\n{\"a\":tru},\nnull,\n{\"b\":2}]");
    assertThat(all(source, bad)).extracting(Row::line).containsExactly(1L, 7L);
    assertThat(bad.first())
        .satisfiesExactly(
            first -> assertThat(first).contains("a.json:2: found JSON of kind number"),
            first -> assertThat(first).contains("a.json:3: found JSON of kind string"),
            first -> assertThat(first).contains("a.json:4: ").contains("'a' occurs twice"),
            first -> assertThat(first).contains("a.json:5: not valid JSON at column"),
            first -> assertThat(first).contains("a.json:6: found JSON of kind null"));
  }

  @Test
  void aLongElementIsSkipped() {
    String text = "[{\"a\":1},{\"a\":\"" + "x".repeat(5000) + "]\"},\n{\"a\":3}]";
    ByteInput in =
        new ByteInput("a.json", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    BadRows bad = skipping();
    try (Stream<Row> rows = FileFormat.JSON.read(in, 1000).stream("a.json", bad)) {
      assertThat(rows.map(row -> row.columns().get("a").asInt())).containsExactly(1, 3);
    }
    assertThat(bad.first())
        .containsExactly("a.json:1: the row is longer than 1000 bytes; cut it or leave it out");
  }
}
