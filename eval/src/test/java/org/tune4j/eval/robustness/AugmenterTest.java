package org.tune4j.eval.robustness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;

class AugmenterTest {
  private static final String ENGLISH = "The waiter was friendly and answered all our questions.";
  private static final String CHINESE = "我们的房间很干净，服务员也非常热情。";
  private static final List<LabelledText> ROWS =
      List.of(
          new LabelledText("rows:1", ENGLISH, "positive"),
          new LabelledText("rows:2", CHINESE, "positive"));

  private static AttackedText cutLike(String text, String original) {
    AttackedText words = WordCutter.cut(original);
    assertThat(text)
        .startsWith(words.gaps().get(0))
        .endsWith(words.gaps().get(words.words().size()));
    return WordCutter.cut(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"typo", "deepwordbug", "homophone", "lookalike", "synonym"})
  void rowsAreChangedAndKeepTheirLabels(String attack) {
    Augmenter augmenter = new Augmenter(List.of(Attacks.named(attack)), 0.3);
    List<LabelledText> changed = augmenter.augment(ROWS, 4, 3);
    assertThat(changed)
        .isNotEmpty()
        .hasSizeLessThanOrEqualTo(8)
        .doesNotHaveDuplicates()
        .doesNotContainAnyElementsOf(ROWS)
        .allMatch(row -> row.label().equals("positive"))
        .isEqualTo(augmenter.augment(ROWS, 4, 3))
        .isNotEqualTo(augmenter.augment(ROWS, 4, 4));
  }

  /** Letters of another script keep the words where they were. */
  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.3, 1})
  void aShareOfTheWordsIsChangedAndNoStopWord(double share) {
    AttackedText original = WordCutter.cut(ENGLISH);
    int most = (int) Math.ceil(original.words().size() * share);
    List<LabelledText> changed =
        new Augmenter(List.of(Attacks.named("lookalike")), share)
            .augment(ROWS.subList(0, 1), 20, 3);
    assertThat(changed)
        .isNotEmpty()
        .allSatisfy(
            row -> {
              AttackedText text = cutLike(row.text(), ENGLISH);
              assertThat(text.changed(original)).isBetween(1, most);
              assertThat(text.words()).startsWith("The").contains("was", "and");
            });
  }

  @Test
  void whatNeedsAClassifierIsRefused() {
    assertThatThrownBy(() -> new Augmenter(List.of(Attacks.named("hotflip")), 0.2))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("hotflip");
    assertThatThrownBy(() -> new Augmenter(List.of(), 0.2)).isInstanceOf(ConfigException.class);
    for (double share : new double[] {0, -1, 1.1, Double.NaN}) {
      assertThatThrownBy(() -> new Augmenter(List.of(Attacks.named("typo")), share))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining(String.valueOf(share));
    }
  }
}
