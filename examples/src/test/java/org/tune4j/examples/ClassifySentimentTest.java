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

class ClassifySentimentTest {
  @TempDir Path folder;

  /** 0.85 of both: the guide's threshold, on reviews of neither file. */
  @Test
  void theDemoModelLearnsTheSentimentOfReviewsThatItHasNotSeen() throws IOException {
    Path model = DemoFiles.copyBaseTo(folder.resolve("model"));
    Path train = DemoRows.sentiment(folder.resolve("train.jsonl"), 600, false);
    Path heldOut = DemoRows.sentiment(folder.resolve("held-out.jsonl"), 100, true);
    List<String> learned = Files.readAllLines(train);
    assertThat(learned).doesNotContainAnyElementsOf(Files.readAllLines(heldOut));
    Map<String, Double> values =
        ClassifySentiment.run(model, train, heldOut, folder.resolve("run"));
    assertThat(values.get("eval_accuracy")).isGreaterThanOrEqualTo(0.85);
    assertThat(values.get("eval_f1_macro")).isGreaterThanOrEqualTo(0.85);
  }
}
