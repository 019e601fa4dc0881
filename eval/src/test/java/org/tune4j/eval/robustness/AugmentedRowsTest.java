package org.tune4j.eval.robustness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.Examples;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.data.source.RowTable;

class AugmentedRowsTest {
  private static final Augmenter TYPOS = new Augmenter(List.of(Attacks.named("typo")), 0.3);
  private static final List<Map<String, Object>> ROWS =
      List.of(
          Map.of("text", "The waiter answered all questions.", "label", "positive"),
          Map.of("text", "Our bathroom was terribly dirty.", "label", 0));

  private static List<LabelledText> texts(ExampleSource rows) {
    try (Examples examples = Examples.of(rows, DataConfig.DEFAULT)) {
      return examples.all().stream().map(LabelledText::of).toList();
    }
  }

  @Test
  void theRowsStandBeforeWhatBecomesOfThem() {
    ExampleSource source = ExampleSource.of(ROWS, "rows");
    List<LabelledText> rows = texts(source);
    try (RowTable all = AugmentedRows.of(source, DataConfig.DEFAULT, TYPOS, 2, 7)) {
      List<LabelledText> texts = texts(all);
      assertThat(texts).startsWith(rows.toArray(LabelledText[]::new));
      List<LabelledText> copies = TYPOS.augment(rows, 2, 7);
      assertThat(copies).hasSizeGreaterThan(2);
      assertThat(texts.subList(rows.size(), texts.size()))
          .extracting(LabelledText::text, LabelledText::label)
          .containsExactly(
              copies.stream()
                  .map(copy -> Tuple.tuple(copy.text(), copy.label()))
                  .toArray(Tuple[]::new));
    }
  }

  @Test
  void rowsOfAnotherFormAreRefused() {
    ExampleSource pairs =
        ExampleSource.of(
            List.of(Map.of("sentence1", "a cat", "sentence2", "a dog", "label", "1")), "rows");
    assertThatThrownBy(() -> AugmentedRows.of(pairs, DataConfig.DEFAULT, TYPOS, 1, 7))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("wanted is one text and its label");
  }
}
