package org.tune4j.testdata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Rules here are those of the grammar files. */
class GrammarTest {
  private final Grammar grammar = Grammar.load("service", Language.ENGLISH);

  private Grammar.Text text(int row) {
    return grammar.text(Seeds.random(1, row));
  }

  @Test
  void rememberedSlotsStayAndOthersOfTheSameRuleDiffer() {
    for (int row = 0; row < 200; row++) {
      Grammar.Text text = text(row);
      String colour = text.fill("{=colour}");
      assertThat(text.fill("{=colour}")).isEqualTo(colour);
      assertThat(text.fill("{=other:colour}")).isNotEqualTo(colour);
    }
  }

  @Test
  void formsBelongToOneAlternative() {
    assertThat(text(0).with("person", "Anna|she|her").fill("{=person/0}. {^=person/1} {=person/2}"))
        .isEqualTo("Anna. She her");
  }

  @Test
  void rangesHoldBothEnds() {
    for (int row = 0; row < 100; row++) {
      assertThat(text(row).fill("{2..3}")).isIn("2", "3");
    }
  }

  @Test
  void unknownRulesAreNamed() {
    assertThatThrownBy(() -> text(0).write("nothing"))
        .hasMessageContaining("service_en.txt")
        .hasMessageContaining("'nothing'");
  }
}
