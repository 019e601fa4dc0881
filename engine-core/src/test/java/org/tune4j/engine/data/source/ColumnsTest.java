package org.tune4j.engine.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tune4j.engine.data.source.Reading.all;
import static org.tune4j.engine.data.source.Reading.columns;
import static org.tune4j.engine.data.source.Reading.json;
import static org.tune4j.engine.data.source.Reading.skipping;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.ConfigException;

class ColumnsTest {
  @TempDir Path folder;

  private static final Columns CHOSEN =
      new Columns(Map.of("prompt", "question", "completion", "answers.text.0"));

  private ExampleSource source(String... rows) throws IOException {
    return new DataFiles()
        .open(
            Files.writeString(
                folder.resolve("a.jsonl"), String.join("\n", rows).replace('\'', '"')));
  }

  @Test
  void columnsAreRenamedAndTheOthersLeftOut() throws IOException {
    ExampleSource source =
        CHOSEN.over(
            source(
                "{'id':1,'question':'q','answers':{'text':['a','b'],'start':[0]}}",
                "{'question':null,'answers':{'text':[{'c':1}]}}"));
    assertThat(columns(source))
        .containsExactly(
            json("{'prompt':'q','completion':'a'}"), json("{'prompt':null,'completion':{'c':1}}"));
    assertThat(all(source)).extracting(Row::line).containsExactly(1L, 2L);
  }

  @Test
  void aNameWithDotsGoesBeforeAWay() throws IOException {
    ExampleSource source = source("{'a.b':1,'a':{'b':2}}", "{'a':{'b':3}}");
    assertThat(columns(new Columns(Map.of("x", "a.b")).over(source)))
        .containsExactly(json("{'x':1}"), json("{'x':3}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "queston; there is no 'queston' in; did you mean 'question'? There are question, answers",
        "answers.txt; there is no 'txt' in; did you mean 'text'? There are text, start",
        "answers.text.2; there is no '2' in; a.jsonl:2",
        "question.a; there is no 'a' in; a.jsonl:2",
        "answers.; there is no '' in; did you mean 'text'?"
      })
  void aColumnThatTheFirstRowLacksIsAMistakeOfTheSettings(
      String column, String problem, String help) throws IOException {
    ExampleSource source =
        source("no row", "{'question':'q','answers':{'text':['a','b'],'start':[0]}}");
    ExampleSource chosen = new Columns(Map.of("prompt", column)).over(source);
    assertThatThrownBy(() -> all(chosen, skipping()))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("columns: prompt: " + column + ": " + problem)
        .hasMessageContaining(help);
    assertThatThrownBy(() -> RowTables.of(skipping(), 10, chosen))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("columns: prompt: " + column + ": " + problem);
  }

  @Test
  void aColumnThatALaterRowLacksMakesABadRow() throws IOException {
    ExampleSource source =
        CHOSEN.over(
            source(
                "{'question':'q','answers':{'text':['a']}}",
                "{'question':'q','answers':{'text':[]}}",
                "{'answers':{'text':['a']}}",
                "{'question':'r','answers':{'text':['a']}}"));
    BadRows bad = skipping();
    assertThat(all(source, bad)).extracting(Row::line).containsExactly(1L, 4L);
    assertThat(bad.first())
        .satisfiesExactly(
            first -> assertThat(first).endsWith("a.jsonl:2: column 'answers.text.0' is missing"),
            first -> assertThat(first).endsWith("a.jsonl:3: column 'question' is missing"));
  }

  @Test
  void theFirstRowOfEachFileIsLookedAt() throws IOException {
    Files.writeString(folder.resolve("a.jsonl"), "{\"text\":\"a\"}");
    Files.writeString(folder.resolve("b.jsonl"), "{\"texte\":\"b\"}");
    ExampleSource both = new Columns(Map.of("t", "text")).over(new DataFiles().open(folder));
    assertThatThrownBy(() -> all(both, skipping()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("b.jsonl:1; did you mean 'texte'?");
  }

  @Test
  void noColumnsAreRefused() {
    assertThatThrownBy(() -> new Columns(Map.of())).isInstanceOf(ConfigException.class);
  }
}
