package org.tune4j.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.form.ChatContext;
import org.tune4j.engine.data.form.ExampleForm;
import org.tune4j.engine.data.form.ExampleForm.PromptCompletion;
import org.tune4j.engine.data.form.Turns.Plain;

class JsonlSourceTest {
  @TempDir Path folder;

  private JsonlSource source(String... lines) throws IOException {
    return new JsonlSource(Files.writeString(folder.resolve("a.jsonl"), String.join("\n", lines)));
  }

  private static List<Example> all(ExampleSource source) {
    try (Stream<Example> examples = source.examples()) {
      return examples.toList();
    }
  }

  private static Example example(long id, String where, ExampleForm form) {
    return new Example(id, where, form, ChatContext.NONE);
  }

  @Test
  void readsAllThreeKindsOfColumnsAsOftenAsAsked() throws IOException {
    String file = folder.resolve("a.jsonl").toString();
    JsonlSource source =
        source(
            "\uFEFF{\"prompt\":\"p\",\"completion\":\"c\",\"extra\":[1]}\r",
            "",
            "  \t",
            "{\"question\":\"q\u2028\",\"answer\":\"\"}",
            "{\"text\":\"t\\n\\ud83d\"}");
    assertThat(all(source))
        .containsExactly(
            example(0, file + ":1", new PromptCompletion(new Plain("p"), new Plain("c"))),
            example(1, file + ":4", new PromptCompletion(new Plain("q\u2028"), new Plain(""))),
            example(2, file + ":5", new ExampleForm.Text("t\n\uD83D")))
        .isEqualTo(all(source));
    assertThat(all(source).get(1).where()).isEqualTo(file + ":4");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{\"text\":1}; column 'text' is number",
        "{}; make no example",
        "[1]; not a JSON object",
        "{\"text\":\"secret\"; not valid JSON at column",
        "{\"text\":\"a\"} {}; not valid JSON",
        "{\"text\":\"a\",\"text\":\"b\"}; not valid JSON",
        "text; not valid JSON"
      })
  void badRowsAreNamed(String row, String problem) throws IOException {
    JsonlSource source = source("{\"text\":\"good\"}", row);
    assertThatThrownBy(() -> all(source))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a.jsonl:2: ")
        .hasMessageContaining(problem)
        .hasMessageContaining("1 row cannot be used")
        .hasMessageNotContainingAny("secret", "good");
  }

  @Test
  void theFirstTenBadRowsAreNamedAndAllAreCounted() throws IOException {
    String[] lines = new String[25];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = i % 2 == 0 ? "{\"text\":1}" : "{\"text\":\"good\"}";
    }
    JsonlSource source = source(lines);
    assertThatThrownBy(() -> all(source))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("13 rows")
        .hasMessageContaining("a.jsonl:19: ")
        .hasMessageNotContaining("a.jsonl:21: ")
        .hasMessageContaining("3 more");
  }

  @Test
  void bytesThatAreNotUtf8AreBlamedOnTheirLine() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write("{\"text\":\"ä\"}\n{\"text\":\"".getBytes(StandardCharsets.UTF_8));
    bytes.write(0xE4);
    bytes.write("\"}\n".getBytes(StandardCharsets.UTF_8));
    Path file = Files.write(folder.resolve("b.jsonl"), bytes.toByteArray());
    assertThatThrownBy(() -> all(new JsonlSource(file)))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("b.jsonl:2: the line is not valid UTF-8");
  }

  @Test
  void anEmptyFileGivesNothingAndAMissingOneIsRefused() throws IOException {
    assertThat(all(source())).isEmpty();
    assertThatThrownBy(() -> new JsonlSource(folder.resolve("none.jsonl")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("none.jsonl");
  }
}
