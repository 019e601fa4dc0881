package org.tune4j.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;

/** Of forty rows, of every fourth of which nothing learned is left. */
class ExampleSampleTest {
  private static final ExampleSource ROWS =
      ExampleSource.of(
          IntStream.range(0, 40)
              .mapToObj(
                  i -> Map.of("prompt", "p".repeat(i % 4 == 0 ? 99 : 1), "completion", "c" + i))
              .toList(),
          "rows");

  @TempDir Path folder;

  private List<Long> drawn(ExampleSource rows, int size, long seed) throws IOException {
    DataConfig data = DataConfig.builder().maxLength(8).build();
    try (Tokenizer tokenizer = Tokenizer.load(ByteTokenizer.write(folder, false));
        ExampleSample sample =
            new ExampleSample(rows, new ExampleEncoder(tokenizer, data), data, size, seed)) {
      List<Long> ids = new ArrayList<>();
      sample.forEach(example -> ids.add(example.id()));
      return ids;
    }
  }

  @Test
  void isDrawnBySeedWithoutWhatIsNotLearned() throws IOException {
    List<Long> ten = drawn(ROWS, 10, 1);
    assertThat(ten).hasSize(10).doesNotHaveDuplicates().allMatch(id -> id % 4 != 0);
    assertThat(drawn(ROWS, 10, 1)).isEqualTo(ten);
    assertThat(drawn(ROWS, 10, 2)).isNotEqualTo(ten);
    assertThat(ten).isNotEqualTo(ten.stream().sorted().toList());
    assertThat(drawn(ROWS, 100, 1)).hasSize(30).startsWith(ten.toArray(Long[]::new));
  }

  @Test
  void refusesNoneAndBadRows() {
    assertThatThrownBy(() -> drawn(ROWS, 0, 1))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("num_samples: wanted at least 1, found 0");
    ExampleSource bad = ExampleSource.of(List.of(Map.of("promt", "p")), "rows");
    assertThatThrownBy(() -> drawn(bad, 1, 1)).isInstanceOf(DataException.class);
  }
}
