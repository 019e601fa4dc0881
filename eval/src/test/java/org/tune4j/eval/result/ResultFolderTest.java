package org.tune4j.eval.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.DataException;
import org.tune4j.eval.stats.Interval;

class ResultFolderTest {
  @TempDir Path folder;

  private static EvalResult result() {
    Map<String, Double> probabilities = new LinkedHashMap<>();
    probabilities.put("z", 0.25);
    probabilities.put("a", 0.75);
    return new EvalResult(
        "mixed",
        "a model",
        List.of(
            new Figure(
                "accuracy", 0.75, Optional.of(new Interval(0.6, 0.9, 0.95)), 40, true, "sig"),
            Figure.of("f1_macro", Double.NaN, 40, true),
            Figure.of("perplexity", 12.5, 3, false)),
        List.of(
            new EvalRow.Completion("f:1", "in \"quoted\"\n", List.of("a", "b"), "out 中"),
            new EvalRow.Choice("f:2", "q", List.of("x", "y"), 1, List.of(-1.5, -2.0)),
            new EvalRow.Label("f:3", "t", List.of("z"), List.of("a"), probabilities),
            new EvalRow.Tags("f:4", "w w", List.of("O", "B-X"), List.of("O", "O")),
            new EvalRow.Value("f:5", "t", 1.5, 2.5),
            new EvalRow.TextLoss("f:6", "t", 3.5, 7, 2, 11)));
  }

  @Test
  void whatIsReadIsWhatWasWritten() {
    ResultFolder.write(folder, List.of(result()));
    assertThat(ResultFolder.read(folder)).containsExactly(result());
    EvalRow.Label label = (EvalRow.Label) ResultFolder.read(folder).get(0).rows().get(2);
    assertThat(label.probabilities().keySet()).containsExactly("z", "a");
  }

  @Test
  void anUndefinedFigureIsNullInTheFile() throws IOException {
    ResultFolder.write(folder, List.of(result()));
    assertThat(Files.readString(folder.resolve("results.json"))).contains("\"value\" : null");
  }

  @Test
  void whatIsMissingOrDamagedIsNamed() throws IOException {
    assertThatThrownBy(() -> ResultFolder.read(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("results.json is missing");
    ResultFolder.write(folder, List.of(result()));
    Path samples = folder.resolve("samples_mixed.jsonl");
    Files.writeString(samples, Files.readString(samples).replace("\"references\"", "\"other\""));
    assertThatThrownBy(() -> ResultFolder.read(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("samples_mixed.jsonl:1");
  }
}
