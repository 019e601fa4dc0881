package org.tune4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainRewardModelTest {
  @TempDir Path folder;

  @Test
  void theDemoRewardModelTellsPraiseFromBlameInReviewsThatItHasNotSeen() throws IOException {
    Path train = DemoRows.preferences(folder.resolve("pairs.jsonl"), 1000, false);
    Path heldOut = DemoRows.preferences(folder.resolve("held-out.jsonl"), 200, true);
    List<String> learned = Files.readAllLines(train);
    assertThat(learned).doesNotContainAnyElementsOf(Files.readAllLines(heldOut));
    Path encoder = TrainRewardModel.encoder(folder, train);
    Map<String, Double> values =
        TrainRewardModel.run(encoder, train, heldOut, folder.resolve("run"));
    assertThat(values.get("eval_accuracy")).isGreaterThanOrEqualTo(0.85);
  }
}
