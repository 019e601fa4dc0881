package org.tune4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.eval.report.ForgettingReport;
import org.tune4j.testdata.DemoFiles;

class ContinualLearningTest {
  @TempDir Path folder;

  @Test
  void theExampleRunsInEachWay() throws IOException {
    Path model = SmallModels.write(folder.resolve("model"), "llama");
    Path data = DemoFiles.copyDataTo(folder.resolve("data"));
    for (Path file : files(data)) {
      Files.write(file, Files.readAllLines(file).subList(0, 8));
    }
    List<ForgettingReport.Row> rows =
        ContinualLearning.run(model, data, folder.resolve("continual"), 2, 2, false).rows();
    assertThat(rows)
        .extracting(ForgettingReport.Row::way)
        .containsExactly("before", "without", "EWC", "replay");
    assertThat(rows).allMatch(each -> Double.isFinite(each.newTask().value()));
    assertThat(folder.resolve("continual/reviews.safetensors")).isRegularFile();
  }

  private static Iterable<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    }
  }
}
