package org.tune4j.engine.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.data.form.Labels;
import org.tune4j.engine.data.source.DataFiles;

class LabelFrequenciesTest {
  @TempDir Path folder;

  /** By scikit-learn's {@code compute_class_weight('balanced', …)}. */
  @Test
  void balancedWeightsAreThoseOfScikitLearn() {
    assertThat(new LabelFrequencies(new long[] {6, 2, 1}).balancedWeights())
        .containsExactly(0.5, 1.5, 3.0);
    assertThat(new LabelFrequencies(new long[] {4, 0}).balancedWeights()).containsExactly(0.5, 0.0);
  }

  @Test
  void labelsOfTextsAndOfWordsAreCounted() throws IOException {
    Path texts = folder.resolve("texts.jsonl");
    Files.writeString(
        texts,
        "{\"text\":\"a\",\"label\":\"x\"}\n{\"text\":\"b\",\"label\":1}\n{\"text\":\"c\",\"label\":\"?\"}\n");
    Path words = folder.resolve("words.jsonl");
    Files.writeString(words, "{\"tokens\":[\"a\",\"b\",\"c\"],\"tags\":[\"x\",\"y\",\"x\"]}\n");
    Labels labels = new Labels(List.of("x", "y"));
    assertThat(counts(texts, labels)).containsExactly(1, 1);
    assertThat(counts(words, labels)).containsExactly(2, 1);
  }

  private static long[] counts(Path file, Labels labels) {
    return LabelFrequencies.of(new DataFiles().open(file), DataConfig.DEFAULT, labels).counts();
  }
}
