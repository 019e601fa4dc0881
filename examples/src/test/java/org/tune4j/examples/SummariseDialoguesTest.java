package org.tune4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.testdata.DemoFiles;

class SummariseDialoguesTest {
  @TempDir Path folder;

  /** BLEU of 45 and ROUGE-L of 0.45: the guide's thresholds, on dialogues of neither file. */
  @Test
  void theDemoModelLearnsToSummariseDialoguesThatItHasNotSeen() throws IOException {
    Path model = DemoFiles.copyBaseTo(folder.resolve("model"));
    Path train = DemoRows.summaries(folder.resolve("train.jsonl"), 1000, false);
    Path heldOut = DemoRows.summaries(folder.resolve("held-out.jsonl"), 50, true);
    List<String> learned = Files.readAllLines(train);
    assertThat(learned).doesNotContainAnyElementsOf(Files.readAllLines(heldOut));
    Map<String, Double> values =
        SummariseDialogues.run(model, train, heldOut, folder.resolve("run"));
    assertThat(values.get("eval_bleu")).isGreaterThanOrEqualTo(45);
    assertThat(values.get("eval_rougeL")).isGreaterThanOrEqualTo(0.45);
  }
}
