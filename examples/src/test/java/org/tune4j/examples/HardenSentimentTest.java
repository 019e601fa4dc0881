package org.tune4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.eval.robustness.Attacks;
import org.tune4j.eval.stats.Proportion;
import org.tune4j.examples.HardenSentiment.Compared;
import org.tune4j.testdata.DemoFiles;

class HardenSentimentTest {
  @TempDir Path folder;

  @Test
  void attacksSucceedLessOftenByAThirdAndMore() throws IOException {
    Path model = DemoFiles.copyBaseTo(folder.resolve("model"));
    Path train = DemoRows.sentiment(folder.resolve("train.jsonl"), 300, false);
    Path heldOut = DemoRows.sentiment(folder.resolve("held-out.jsonl"), 100, true);
    Compared compared =
        HardenSentiment.run(
            model, train, heldOut, List.of(Attacks.named("deepwordbug")), 40, 1, folder);
    assertThat(compared.hardened().accuracy()).isGreaterThanOrEqualTo(0.85);
    Proportion plain = compared.plain().success().get("deepwordbug");
    Proportion hardened = compared.hardened().success().get("deepwordbug");
    assertThat(hardened.value()).isLessThanOrEqualTo(0.7 * plain.value());
  }
}
