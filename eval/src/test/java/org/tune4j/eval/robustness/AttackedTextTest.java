package org.tune4j.eval.robustness;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class AttackedTextTest {
  @Property
  void wordsAndGapsAreTheText(@ForAll String text) {
    AttackedText cut = WordCutter.cut(text);
    assertThat(cut.text()).isEqualTo(text);
    assertThat(cut.gaps()).hasSize(cut.words().size() + 1);
    for (int i = 0; i < cut.words().size(); i++) {
      assertThat(text.substring(cut.start(i))).startsWith(cut.words().get(i));
    }
  }

  @Example
  void wordsAreTextAttacks() {
    assertThat(WordCutter.cut("'It's' a well-known me@x fact_1 -- isn't it?").words())
        .containsExactly("It's", "a", "well-known", "me@x", "fact_1", "isn't", "it");
    assertThat(WordCutter.cut("我们的房间很干净，wifi也快。").words())
        .containsExactly("我们", "的", "房间", "很", "干净", "wifi", "也", "快");
    assertThat(WordCutter.cut("!? …").words()).isEmpty();
  }

  @Example
  void aWordIsLeftOutWithItsSpace() {
    AttackedText text = WordCutter.cut("Very good, room.");
    assertThat(text.without(0)).isEqualTo("good, room.");
    assertThat(text.without(1)).isEqualTo("Very, room.");
    assertThat(text.without(2)).isEqualTo("Very good,.");
    assertThat(text.with(1, "bad").changed(text)).isEqualTo(1);
  }

  @Example
  void constraintsHoldWhatTheySay() {
    AttackedText text = WordCutter.cut("The good room was not so bad");
    assertThat(Constraints.NONE.allowsChangeOf(0, text, text)).isFalse();
    assertThat(Constraints.NONE.allowsChangeOf(1, text, text)).isTrue();
    assertThat(Constraints.NONE.allowsChangeOf(1, text.with(1, "fine"), text)).isFalse();
    assertThat(Constraints.NONE.withWordLength(4).allowsChangeOf(6, text, text)).isFalse();
    AttackedText chinese = WordCutter.cut("床很舒服");
    assertThat(chinese.words()).containsExactly("床", "很", "舒服");
    assertThat(Constraints.NONE.withWordLength(4).allowsChangeOf(0, chinese, chinese)).isFalse();
    assertThat(Constraints.NONE.withWordLength(4).allowsChangeOf(2, chinese, chinese)).isTrue();
    AttackedText two = text.with(1, "fine").with(2, "suite");
    assertThat(Constraints.NONE.withShareOfWords(0.2).allow(two, text)).isTrue(); // ceil(1.4)
    assertThat(Constraints.NONE.withShareOfWords(0.1).allow(two, text)).isFalse();
    assertThat(Constraints.NONE.withWords(1).allow(two, text)).isFalse();
    assertThat(Constraints.NONE.withEdits(8).allow(two, text)).isFalse();
    assertThat(Constraints.NONE.withEdits(9).allow(two, text)).isTrue();
  }
}
