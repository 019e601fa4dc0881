package org.tune4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.examples.cli.Console;
import org.tune4j.testdata.DemoFiles;

class FullFineTuneTest {
  @TempDir Path folder;

  @Test
  void theExampleRuns() throws IOException {
    Path model = SmallModels.write(folder.resolve("model"), "llama");
    Path data = DemoFiles.copyDataTo(folder.resolve("data"));
    for (String name : new String[] {"sentiment_train.jsonl", "sentiment_test.jsonl"}) {
      Path file = data.resolve(name);
      Files.write(file, Files.readAllLines(file).subList(0, 16));
    }
    Map<String, Double> after =
        FullFineTune.run(model, data, folder.resolve("full"), 2, Console.standard());
    assertThat(after.get("eval_loss")).isFinite();
    assertThat(after).containsKey("eval_exact_match");
    assertThat(folder.resolve("full/model/model.safetensors")).isNotEmptyFile();
  }
}
