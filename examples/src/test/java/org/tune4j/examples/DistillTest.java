package org.tune4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.testdata.DemoFiles;

class DistillTest {
  @TempDir Path folder;

  @Test
  void theExampleRunsInEachWay() throws IOException {
    Path model = SmallModels.write(folder.resolve("model"), "llama");
    Path data = DemoFiles.copyDataTo(folder.resolve("data"));
    try (Stream<Path> all = Files.list(data)) {
      for (Path file : all.toList()) {
        Files.write(file, Files.readAllLines(file).subList(0, 8));
      }
    }
    Map<String, Distill.Scores> scores = Distill.run(model, data, folder.resolve("distill"), 2, 2);
    assertThat(scores)
        .containsOnlyKeys(
            "teacher",
            "student, labels alone",
            "student, teacher's logits",
            "student, and its vectors");
    assertThat(scores.values()).allMatch(each -> Double.isFinite(each.loss()));
    assertThat(folder.resolve("distill/teacher-logits.safetensors")).isRegularFile();
    assertThat(folder.resolve("distill/from-logits/model/config.json")).isRegularFile();
  }
}
