package org.tune4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassifyReviewsTest {
  @TempDir Path folder;

  @Test
  void theExampleRunsAndHoldsRowsOut() throws IOException {
    Path model = SmallModels.write(folder.resolve("model"), "llama");
    Path train = ClassifyReviews.reviews(folder.resolve("train.jsonl"), 40, false);
    Path heldOut = ClassifyReviews.reviews(folder.resolve("held-out.jsonl"), 20, true);
    List<String> learned = Files.readAllLines(train);
    assertThat(learned).doesNotContainAnyElementsOf(Files.readAllLines(heldOut));
    assertThat(new HashSet<>(learned)).hasSize(40);
    Map<String, Double> values =
        ClassifyReviews.run(model, train, heldOut, folder.resolve("run"), 1);
    assertThat(values).containsKeys("eval_loss", "eval_accuracy", "eval_f1_macro");
    assertThat(folder.resolve("run/adapter/head.json")).isRegularFile();
  }
}
