package org.tune4j.testdata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tune4j.testdata.DialogueSummaries.Summarised;

class DialogueSummariesTest {
  private static final Pattern NUMBER = Pattern.compile("\\d+");
  private final DialogueSummaries dialogues = new DialogueSummaries();

  @ParameterizedTest
  @EnumSource
  void aSummaryNamesNothingThatWasNotSaid(Language language) {
    for (int row = 0; row < 1000; row++) {
      Summarised drawn = dialogues.draw(language, Seeds.random(1, row), false);
      assertThat(drawn.summary()).doesNotContainPattern("[{}|\\n]").isNotBlank();
      assertThat(drawn.dialogue()).doesNotContainPattern("[{}|]");
      Matcher number = NUMBER.matcher(drawn.summary());
      while (number.find()) {
        assertThat(drawn.dialogue()).contains(number.group());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void learnedAndHeldOutShareNoDialogue(Language language) {
    Set<String> learned = new HashSet<>();
    for (int row = 0; row < 2000; row++) {
      Summarised drawn = dialogues.draw(language, Seeds.random(1, row), false);
      assertThat(drawn).isEqualTo(dialogues.draw(language, Seeds.random(1, row), false));
      learned.add(drawn.dialogue());
    }
    assertThat(learned).hasSizeGreaterThan(1800);
    for (int row = 0; row < 200; row++) {
      assertThat(learned)
          .doesNotContain(dialogues.draw(language, Seeds.random(1, row), true).dialogue());
    }
  }
}
