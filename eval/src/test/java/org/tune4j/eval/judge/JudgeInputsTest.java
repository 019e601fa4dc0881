package org.tune4j.eval.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.StorageException;
import org.tune4j.eval.judge.JudgeTemplate.Kind;
import org.tune4j.eval.result.EvalResult;
import org.tune4j.eval.result.EvalRow;
import org.tune4j.eval.result.Figure;
import org.tune4j.eval.result.ResultFolder;

/** Files of answers, and templates. */
class JudgeInputsTest {
  @TempDir private Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("rows.jsonl"), text);
  }

  @Test
  void linesAreAnswers() throws IOException {
    Path file =
        file(
            """
            {"prompt": "q1", "output": "a1"}

            {"input": "q2", "output": "", "references": ["r1", "r2"], "where": "t:2", "more": 1}
            {"prompt": "问", "output": "答", "reference": "参考", "references": []}
            """);
    assertThat(JudgeRows.read(file))
        .containsExactly(
            new JudgeRow(file + ":1", "q1", "a1", Optional.empty()),
            new JudgeRow("t:2", "q2", "", Optional.of("r1")),
            new JudgeRow(file + ":4", "问", "答", Optional.of("参考")));
  }

  @Test
  void whatAnEvaluationWritesCanBeJudged() {
    ResultFolder.write(
        folder,
        List.of(
            new EvalResult(
                "chat",
                "m",
                List.of(Figure.of("f1", 1, 1, true)),
                List.of(new EvalRow.Completion("rows:1", "q", List.of("r"), "a")))));
    assertThat(JudgeRows.read(folder.resolve("samples_chat.jsonl")))
        .containsExactly(new JudgeRow("rows:1", "q", "a", Optional.of("r")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"output\": \"a\"} | has no prompt (or input)",
        "{\"prompt\": \"q\"} | has no output",
        "{\"prompt\": \"q\", \"output\": 7} | output: wanted a text, found 7",
        "{\"prompt\": [], \"output\": \"a\"} | prompt: wanted a text",
        "{\"prompt\": \"q\", \"output\": \"a\", \"references\": [1]} | references: wanted a text",
        "{\"prompt\": \"q\" | wanted a JSON object",
        "7 | has no prompt",
      })
  void otherLinesAreNamed(String line, String found) throws IOException {
    Path file = file("{\"prompt\": \"q\", \"output\": \"a\"}\n" + line + "\n");
    assertThatThrownBy(() -> JudgeRows.read(file))
        .isInstanceOf(DataException.class)
        .hasMessageContainingAll(file + ":2", found);
  }

  @Test
  void noRowsAndNoFileAreRefused() throws IOException {
    Path empty = file("\n");
    assertThatThrownBy(() -> JudgeRows.read(empty)).isInstanceOf(DataException.class);
    Path bytes = Files.write(folder.resolve("b"), new byte[] {'{', (byte) 0xff});
    assertThatThrownBy(() -> JudgeRows.read(bytes)).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> JudgeRows.read(folder.resolve("none")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("none");
  }

  @Test
  void aTemplateOfOnesOwnHasTheSamePlaces() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("t.txt"), "Be {terse}.\n---\n{prompt} / {answer} / {\"json\": 1}");
    assertThatThrownBy(() -> JudgeTemplate.read(Kind.SINGLE, file))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("t.txt", "{terse}");
    Files.writeString(file, "Be terse.\n---\n{prompt} / {answer} / {\"json\": 1}");
    ChatPrompt prompt =
        JudgeTemplate.read(Kind.SINGLE, file).fill(Map.of("prompt", "q", "answer", "a"));
    assertThat(prompt.system()).isEqualTo("Be terse.");
    assertThat(prompt.user())
        .matches(
            "(?s)<prompt-(\\w{16})>\nq\n</prompt-\\1> / <answer-\\1>\na\n</answer-\\1> /"
                + " \\{\"json\": 1}");
    assertThat(
            JudgeTemplate.of(Kind.SINGLE, "t", "{prompt}{answer}")
                .fill(Map.of("prompt", "q", "answer", "a"))
                .system())
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{prompt}", "{prompt} {answer} {score}", "{prompt}\n---\n{answer}"})
  void aTemplateWithoutItsPlacesIsRefused(String text) {
    assertThatThrownBy(() -> JudgeTemplate.of(Kind.SINGLE, "t", text))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("t: wanted {answer}, {prompt} and perhaps {reference}");
  }

  @Test
  void pairsHaveTwoAnswers() {
    assertThatThrownBy(() -> JudgeTemplate.of(Kind.PAIR, "t", "{prompt} {answer}"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("{answer_a}, {answer_b}, {prompt}");
    assertThatThrownBy(() -> JudgeTemplate.read(Kind.PAIR, folder.resolve("none")))
        .isInstanceOf(StorageException.class);
  }
}
